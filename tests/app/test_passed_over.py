"""What a link asks for and nobody can show is said once, in words that cannot be markup."""

import re

import pytest

from core.view import View

LINE = "Passed over in this link: "
HOSTILE = '"><script>alert(1)</script>'


def line(app) -> str:
    """What the page says of its link; nothing where it says nothing."""
    said = [it.proto.body for it in app.get("html") if LINE in it.proto.body]
    assert len(said) <= 1
    return re.sub("<[^>]*>", "", said[0]) if said else ""


def view(app) -> View:
    return View.parse({name: app.session_state[name] for name in ("scale", "dtype", "weights", "seed", "sample")})


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"scale": "99999"}, "scale=99999 (it takes 0.1 to 10,000; shown is 1)"),
        ({"scale": "abc"}, "scale=abc (it takes 0.1 to 10,000; shown is 1)"),
        ({"scale": ""}, "scale=nothing (it takes 0.1 to 10,000; shown is 1)"),
        ({"scale": "nan"}, "scale=nan (it takes 0.1 to 10,000; shown is 1)"),
        ({"dtype": "float8"}, "dtype=float8 (it takes float16, bfloat16, float32 or float64; shown is float32)"),
        ({"dtype": "FLOAT16"}, "dtype=FLOAT16 (it takes float16, bfloat16, float32 or float64; shown is float32)"),
        ({"weights": "x"}, "weights=x (it takes untrained or trained; shown is untrained)"),
        ({"seed": "7"}, "seed=7 (it takes 0, 1 or 2; shown is 0)"),
        ({"seed": "1.0"}, "seed=1.0 (it takes 0, 1 or 2; shown is 0)"),  # the box knows 1 alone
        ({"sample": "-1"}, "sample=-1 (it takes 0 to 49,999; shown is the first to fail)"),
        ({"sample": "7.5"}, "sample=7.5 (it takes 0 to 49,999; shown is the first to fail)"),
        ({"sample": "9" * 5000}, f"sample={'9' * 19}… (it takes 0 to 49,999; shown is the first to fail)"),
        ({"scale": HOSTILE}, "scale=???script?alert?1??… (it takes 0.1 to 10,000; shown is 1)"),
    ],
    ids=lambda it: str(it)[:40],
)
def test_each_parameter_is_named_with_what_it_takes_and_what_is_shown(open_link, asked, says):
    app = open_link(**asked)
    assert not app.exception
    assert line(app) == f"{LINE}{says}."
    assert view(app) == View()


def test_several_are_one_line_and_what_is_right_is_shown(open_link):
    app = open_link(scale="0.01", dtype="float16", seed="9", sample="12")
    assert line(app).count(";") == 3
    assert "scale=0.01" in line(app)
    assert "seed=9" in line(app)
    assert "dtype" not in line(app)
    assert view(app) == View(dtype="float16", sample=12)


@pytest.mark.parametrize(
    "link",
    [
        {},
        {"scale": "300", "dtype": "float16", "weights": "trained", "seed": "2", "sample": "49999"},
        {"scale": "1e2"},
        {"scale": "3.14159265358979"},
        {"sample": ""},
        {"utm_source": "mail", "embed": "true", "embed_options": "dark_theme", "room": "BCDFGH", "nonsense": "<b>"},
    ],
)
def test_a_link_that_is_right_or_says_what_the_app_does_not_know_gets_no_line(open_link, link):
    assert line(open_link(**link)) == ""


def test_it_stays_while_nothing_changes_and_goes_with_the_first_change(open_link):
    app = open_link(scale="abc", sample="7.5")
    assert line(app.run())
    app.selectbox(key="dtype").set_value("float16").run()
    assert line(app) == ""
    assert line(app.run()) == ""
    app.selectbox(key="dtype").set_value("float32").run()
    assert line(app) == ""
    assert {"scale", "sample"}.isdisjoint(app.query_params), "a reload would bring it back"


def test_it_goes_with_the_page(open_link):
    app = open_link(scale="abc")
    assert line(app)
    assert line(app.switch_page("story/softmax.py").run()) == ""
    assert line(app.switch_page("story/break_it.py").run()) == ""


@pytest.mark.parametrize(
    ("page", "name", "said", "shown"),
    [
        ("labs/training.py", "lr", "1e9", "shown is 0.5"),
        ("practice/diagnose.py", "example", "none such", "shown is none"),
    ],
)
def test_a_page_s_own_parameter_is_judged_where_it_is_used(open_link, page, name, said, shown):
    app = open_link(**{name: said})
    assert line(app) == ""
    app.query_params[name] = said
    app = app.switch_page(page)
    app.query_params[name] = said
    app.run()
    assert f"{name}={said}" in line(app)
    assert shown in line(app)
