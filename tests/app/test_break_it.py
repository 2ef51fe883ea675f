"""Break it, opened with good, odd and hostile links."""

import html
import re

import pytest
import torch

from core import sweep
from core.losses import FORMULAS, nll_per_sample, torch_log_softmax
from core.view import View
from pages.parts import cached


def text(app) -> str:
    """All that the page says, markup taken out."""
    parts = [*app.markdown, *app.get("html"), *app.caption, *app.header, *app.title]
    return html.unescape(re.sub(r"<[^>]+>", " ", " ".join(str(part.value) for part in parts)))


def test_a_plain_visit_shows_scale_1_and_every_formula_near_the_log_of_ten(open_link):
    app = open_link()
    assert not app.exception
    assert app.number_input(key="scale").value == 1.0
    losses = re.findall(r"\b\d\.\d{4}\b", text(app))
    assert len(losses) == len(FORMULAS)
    assert all(abs(float(loss) - torch.tensor(10.0).log().item()) < 0.05 for loss in losses)


def test_scale_300_says_how_many_failed_why_and_which_digit_failed_first(open_link):
    app = open_link(scale="300")
    assert not app.exception
    shown = text(app)
    frame = cached.at_scale("untrained", 0, "float32", 300.0).frame
    naive = frame.formulas.index("log_of_softmax")
    failed = frame.causes[naive][1:].sum()
    assert failed > 0
    assert f"{failed:,}" in shown
    assert "exp overflows" in shown
    assert "The first digit to fail as the scale grows" in shown
    failed_at = cached.first_failures("untrained", 0, "float32")
    first = int(failed_at.argmin())
    assert f"Digit {first:,} of the training set, showing {cached.digits().targets[first]}." in shown
    assert f"×{sweep.SCALES[failed_at.min()]:g}" in shown


def test_the_chosen_digit_is_the_one_of_the_link(open_link):
    shown = text(open_link(sample="2"))
    assert "Digit 2 of the training set, showing 4." in shown
    row = cached.logits("untrained", 0)[2:3]
    loss = nll_per_sample(torch_log_softmax(row), torch.tensor([4])).item()
    walked = re.search(r"x - logsumexp\(x\): .*?loss =\s+([\d.]+)", shown)
    assert walked is not None
    assert float(walked[1]) == pytest.approx(loss, rel=1e-5)


@pytest.mark.parametrize(
    ("query", "view"),
    [
        ({"scale": "0.1"}, View(scale=0.1)),
        ({"scale": "10000", "dtype": "bfloat16"}, View(scale=10_000.0, dtype="bfloat16")),
        ({"weights": "trained", "seed": "2", "sample": "49999"}, View(weights="trained", seed=2, sample=49_999)),
        ({"dtype": "float16", "weights": "trained", "scale": "3000"}, View(3000.0, "float16", "trained")),
        ({"dtype": "float64", "scale": "123.456789"}, View(scale=123.457, dtype="float64")),
    ],
)
def test_a_link_opens_exactly_its_view(open_link, query, view):
    app = open_link(**query)
    assert not app.exception
    assert f"At ×{view.scale:g} in {view.dtype}" in text(app)
    assert app.segmented_control(key="weights").value == view.weights
    assert app.segmented_control(key="seed").value == view.seed
    assert app.number_input(key="sample").value == view.sample


HOSTILE = [
    {"scale": "abc"},
    {"scale": "1e999"},
    {"scale": "nan"},
    {"scale": "-5"},
    {"scale": "0"},
    {"scale": "1" * 5000},
    {"dtype": "float8"},
    {"dtype": "<script>alert(1)</script>"},
    {"weights": "../../etc/passwd"},
    {"seed": "3"},
    {"seed": "-1"},
    {"seed": "1e400"},
    {"sample": "50000"},
    {"sample": "-1"},
    {"sample": "9" * 400},
    {"sample": "None"},
    {"junk": "<b>bold</b>"},
    {"scale": "☃", "dtype": "\x00", "weights": " ", "seed": "NaN", "sample": "0x10"},
]


@pytest.mark.parametrize("query", HOSTILE, ids=lambda query: ascii(query)[:60])
def test_junk_in_a_link_falls_back_to_the_default_view(open_link, query):
    app = open_link(**query)
    assert not app.exception
    assert f"At ×{View().scale:g} in {View().dtype}" in text(app)
    assert not any(value in text(app) for value in query.values() if "<" in value)


def test_a_forged_widget_value_never_reaches_the_page(open_link):
    app = open_link()
    app.session_state["scale"] = 1e300
    app.run()
    assert not app.exception
    assert f"At ×{View().scale:g} in" in text(app)


def test_three_logits_of_your_own_say_which_step_fails(open_link):
    app = open_link()
    app.session_state["own_row_kept"] = (89.0, 2.0, 89.0, 0)
    app.run()
    assert not app.exception
    assert "exp(89) is beyond the largest float32" in text(app)
    app.selectbox(key="dtype").select("float64").run()
    assert "log of softmax (naive): Every step stays finite" in text(app)


def test_the_way_to_where_the_digit_is_lost_is_folded_away_with_the_answer(open_link):
    app = open_link()
    (folded,) = app.expander
    assert "Guess first" in folded.label
    assert [it.key for it in folded.button] == ["go"]
    assert "lost at ×" in folded.markdown[0].value
    assert "lost at ×" not in text(app).replace(folded.markdown[0].value, "")


def test_go_to_the_scale_where_the_digit_is_lost(open_link):
    app = open_link()
    lost_at = sweep.SCALES[cached.first_failures("untrained", 0, "float32").min()]
    app.button(key="go").click().run()
    assert not app.exception
    assert app.number_input(key="scale").value == lost_at
    assert "Every step stays finite" not in text(app).split("Three logits")[0]
