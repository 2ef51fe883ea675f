"""Write logsumexp, as a visitor hands in nothing, something wrong, something right and something hostile."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.exercise import HINTS, START
from core.sandbox import Allowance
from pages.parts import cached, own_function
from tests.app.test_break_it import text
from tests.app.test_chapters import on

PAGE = "practice/write_it.py"
RIGHT = "def logsumexp(x):\n    m = x.amax(-1)\n    return m + (x - m[..., None]).exp().sum(-1).log()"
GUARDED = (
    "def logsumexp(x):\n    m = x.amax(-1, keepdim=True)\n    m = torch.where(m.isinf(), 0.0, m)\n"
    "    return m.squeeze(-1) + (x - m).exp().sum(-1).log()"
)


def handed_in(app, source: str):
    app.text_area(key="own_source").set_value(source)
    next(it for it in app.button if it.label == "Check it").click()
    return app.run()


def offers_own(app) -> bool:
    """Whether the page of the trick shows a function of the visitor's."""
    return any('<th scope="col">yours</th>' in it.value for it in app.get("html"))


def button(app, label: str):
    return next((it for it in app.button if it.label == label), None)


def test_the_notebooks_empty_function_is_where_it_starts(open_link):
    app = on(open_link, PAGE)
    assert app.text_area(key="own_source").value == START
    assert "appears here once you check it" in text(app)
    shown = text(handed_in(app, START))
    assert "Not run." in shown
    assert "Line 1: the function is still empty" in shown


def test_a_right_answer_passes_and_appears_beside_the_others(open_link):
    app = handed_in(on(open_link, PAGE, scale="300", dtype="float16"), RIGHT)
    assert "It passes: 14 of 14 cases." in text(app)
    assert "Beyond the notebook: 0 of 2." in text(app)
    assert "with torch.where" in text(app)
    app.switch_page("story/logsumexp.py").run()
    assert not app.exception
    table = next(it.value for it in app.get("html") if "logsumexp in float16" in it.value)
    assert '<th scope="col">yours</th>' in table
    for line in table.split("<tr>")[2:]:
        by_hand, _, yours = line.split("<code>")[1:]
        assert by_hand.split("</code>")[0] == yours.split("</code>")[0]
    app.switch_page(PAGE).run()
    assert app.text_area(key="own_source").value == RIGHT
    assert "It passes" in text(app)


def test_a_guarded_answer_earns_a_mark_of_its_own(open_link):
    shown = text(handed_in(on(open_link, PAGE), GUARDED))
    assert "Beyond the notebook: 2 of 2. Your function is guarded" in " ".join(shown.split())


def test_a_wrong_answer_is_told_what_came_out_and_why(open_link):
    app = handed_in(on(open_link, PAGE), "def logsumexp(x):\n    return x.exp().sum(-1).log()")
    shown = text(app)
    assert "Not yet: 7 of 14 cases." in shown
    assert "Row 0 is inf, right is 1002.4076." in shown
    assert shown.count("Nothing is taken out before exp") == 1
    assert "Beyond the notebook" not in shown
    assert not offers_own(app.switch_page("story/logsumexp.py").run())


@pytest.mark.parametrize(
    "source",
    [
        "def logsumexp(x):\n    return x.__class__",
        "def logsumexp(x):\n    return x.repeat(10**9)",
        "def logsumexp(x):\n    return 9**9**9",
        "def logsumexp(x):\n    a = (1, 2)\n" + "    a = (a, a, a, a)\n" * 27 + "    b = a[0]\n    return x",
        "(" * 1990,
        "<script>alert(1)</script>",
        "def logsumexp(x):\n    return __import__('os').system('id')",
        "\x00",
        "",
    ],
)
def test_a_hostile_answer_is_refused_and_nothing_is_lost(open_link, source):
    app = handed_in(on(open_link, PAGE), source)
    assert not app.exception
    assert "Not run." in text(app)
    assert "<script" not in " ".join(it.value for it in app.get("html"))
    assert app.text_area(key="own_source").value == source
    assert "It passes" in text(handed_in(app, RIGHT))


def test_an_answer_that_fails_later_does_not_take_the_one_that_passed(open_link):
    app = handed_in(on(open_link, PAGE), RIGHT)
    handed_in(app, "def logsumexp(x):\n    return x")
    assert offers_own(app.switch_page("story/logsumexp.py").run())


def test_what_one_visitor_wrote_no_other_sees(open_link):
    handed_in(on(open_link, PAGE), RIGHT)
    other = on(open_link, "story/logsumexp.py")
    assert not offers_own(other)
    assert other.switch_page(PAGE).run().text_area(key="own_source").value == START


def test_names_that_look_like_markup_stay_text(open_link):
    app = handed_in(on(open_link, PAGE), "def logsumexp(x):\n    return x.sum(-1, b=1) if 1 < 2 else '<b>'")
    assert "<b>'" not in " ".join(it.value for it in app.get("html"))


def test_hints_unlock_one_at_a_time(open_link):
    app = on(open_link, PAGE)
    assert HINTS[0] not in text(app)
    button(app, "A hint").click().run()
    for number in range(1, len(HINTS) + 1):
        assert HINTS[number - 1] in text(app)
        assert all(later not in text(app) for later in HINTS[number:])
        if number < len(HINTS):
            button(app, "Next hint").click().run()
    assert button(app, "Next hint") is None


def test_what_takes_too_long_is_ended_with_a_sentence(open_link, monkeypatch):
    monkeypatch.setattr(own_function, "_ALLOWANCE", Allowance(seconds=0.001))
    app = handed_in(on(open_link, PAGE), RIGHT)
    assert not app.exception
    assert "Not run. This took more than 0.001 s of computing, and was ended" in " ".join(text(app).split())
    monkeypatch.undo()
    assert "It passes" in text(handed_in(app, RIGHT))


def test_neither_the_check_nor_the_values_hold_the_torch_thread(open_link):
    held, may_end = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as another:
        app = on(open_link, PAGE)
        busy = another.submit(cached.torch_thread().run, lambda: held.set() or may_end.wait(60))
        held.wait(60)
        try:
            assert "It passes" in text(handed_in(app, RIGHT))
            assert not busy.done()
        finally:
            may_end.set()


def test_a_text_that_is_too_long_is_refused_and_not_cut(open_link):
    app = on(open_link, PAGE)
    assert app.text_area(key="own_source").proto.max_chars > 6_000  # a browser drops what goes beyond it
    assert "These are 6,000 characters" in text(handed_in(app, "x" * 6_000))
