"""Every page at ordinary and extreme views, without a browser."""

import ast
import re
from html import escape
from inspect import getsource
from urllib.parse import urlencode

import pytest
import torch

from core import losses, reference
from core.dtypes import shortest
from core.questions import QUESTIONS
from core.view import View
from pages.parts import cached
from pages.parts.contents import READING_ORDER
from pages.parts.kept import forget
from tests.app.test_break_it import text

VIEWS = (
    View(),
    View(scale=0.1, dtype="bfloat16"),
    View(scale=300.0, seed=1, sample=49_999),
    View(scale=10_000.0, dtype="float16", weights="trained"),
    View(scale=10_000.0, dtype="float64", weights="trained"),
)


@pytest.mark.parametrize("view", VIEWS, ids=View.query)
@pytest.mark.parametrize("chapter", READING_ORDER, ids=lambda it: it.url or "break-it")
def test_every_page_shows_every_view(open_link, chapter, view):
    app = open_link(**view.parameters())
    app.switch_page(chapter.file).run()
    assert not app.exception
    assert [it.value.startswith("# ") for it in app.markdown].count(True) == 1
    assert app.number_input(key="scale").value == view.scale


def on(open_link, file: str, **query: str):
    app = open_link(**query)
    return app.switch_page(file).run()


def test_a_prediction_shows_its_verdict_only_once_made(open_link):
    app = on(open_link, "story/softmax.py")
    assert "Right." not in text(app)
    app.radio(key="predict_exp_float32").set_value("710").run()
    assert "Look again: it is **89**" in text(app)
    app.radio(key="predict_exp_float32").set_value("89").run()
    assert "Right." in text(app)


@pytest.mark.parametrize(
    ("dtype", "first"), [("float16", "12"), ("bfloat16", "89"), ("float32", "89"), ("float64", "710")]
)
def test_the_first_infinite_exp_of_each_dtype(open_link, dtype, first):
    app = on(open_link, "story/softmax.py", dtype=dtype)
    app.radio(key=f"predict_exp_{dtype}").set_value(first).run()
    assert "Right." in text(app)


def test_pixels_to_logits_says_what_the_optimiser_says(open_link):
    shown = text(on(open_link, "story/logits.py"))
    with pytest.raises(ValueError, match="empty parameter list") as refused:
        torch.optim.SGD([], lr=0.5)
    assert str(refused.value) in shown


def test_the_share_of_a_target_is_the_indexed_number(open_link):
    shown = text(on(open_link, "story/nll.py"))
    log_probs = losses.torch_log_softmax(cached.logits("untrained", 0)[:3])
    for row, target in enumerate((5, 0, 4)):
        assert shortest(-log_probs[row, target].item(), "float32") in shown
    assert "the sum is nan, since 0 × -inf is nan; the index gives 0" in shown.replace("*", "")
    assert "the same numbers, bit for bit" in shown
    assert "targets[0] is -1, not one of the 10 classes" in shown


def test_the_quotient_says_how_many_digits_each_formula_has_lost(open_link):
    shown = text(on(open_link, "story/log_quotient.py", scale="300"))
    nll = {name: cached.nll(View(scale=300.0), name) for name in ("log_of_softmax", "unshifted_log_softmax")}
    naive, difference = (int((~per_row.isfinite()).sum()) for per_row in nll.values())
    assert naive > difference > 0
    assert f"log of softmax has lost {naive:,} digits, the difference {difference:,} digits." in shown


@pytest.mark.parametrize(("row", "holds"), [((70_000.0, 2.0, 3.0, 0), "inf"), ((-1e5, -1e5, -1e5, 0), "-inf")])
def test_a_row_the_format_cannot_hold_has_no_shift_and_says_so(open_link, row, holds):
    app = open_link(dtype="float16")
    app.session_state["own_row_kept"] = row
    app.switch_page("story/logsumexp.py").run()
    assert not app.exception
    assert f"the largest logit of this row is {holds}: **no shift" in text(app)
    assert not app.slider
    app.selectbox(key="dtype").select("float32").run()
    assert app.slider


def test_the_source_shown_is_what_runs_with_one_line_about_it(open_link):
    shown = next(
        part.value for part in on(open_link, "story/softmax.py").markdown if "def log_of_softmax" in part.value
    )
    running = ast.parse(getsource(losses.log_of_softmax)).body[0]
    there = ast.parse(shown.split("```")[1].removeprefix("python")).body[0]
    assert [ast.dump(it) for it in there.body[1:]] == [ast.dump(it) for it in running.body[1:]]
    assert ast.get_docstring(there) == "Softmax, then its log: the textbook formula."


def test_a_shift_far_from_the_maximum_fails_and_says_how(open_link):
    app = on(open_link, "story/logsumexp.py")
    assert "Nothing overflows" in text(app)
    slider = app.slider[0]
    slider.set_value(slider.max).run()
    assert "every exp is 0, and log 0 is -inf" in text(app)
    app.slider[0].set_value(app.slider[0].min).run()
    assert "The shift is too small" in text(app)


def test_agreement_counts_the_pairs_it_shows(open_link):
    app = on(open_link, "story/agreement.py", scale="300")
    passing = int(re.search(r"(\d+) of 21 pairs agree", text(app))[1])
    matrix = next(part.value for part in app.get("html") if "where test_near passes" in part.value)
    assert matrix.count("<code>✓ ") == 2 * passing  # it shows each pair twice


def test_agreement_judges_every_formula_by_certified_losses(open_link):
    shown = text(on(open_link, "story/agreement.py"))
    assert "log1p form" in shown
    assert shown.count("right on all") == 1
    assert "5.603e-09" in shown.split("certified ")[-1]


def test_without_the_reference_agreement_says_what_is_missing(open_link, monkeypatch):
    cached.judged.clear()
    forget()
    monkeypatch.setattr(reference, "AVAILABLE", False)
    app = on(open_link, "story/agreement.py")
    assert not app.exception
    assert "pip install python-flint" in app.info[0].value
    cached.judged.clear()


def test_float16_means_overflow_in_the_built_in_mean_alone(open_link):
    shown = text(on(open_link, "story/agreement.py", dtype="float16"))
    assert "still the built-in mean is inf" in shown


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda it: it.asked[:30])
def test_a_question_is_answered_in_its_chapter_too(open_link, question):
    file = next(it.file for it in READING_ORDER if it.url == question.page)
    app = on(open_link, file)
    assert any(f"<summary>{escape(question.asked)}</summary>" in part.value for part in app.markdown)
    assert question.why in text(app)


def test_every_question_links_to_its_view_and_shows_what_it_says(open_link):
    app = on(open_link, "about/questions.py")
    markup = " ".join(part.value for part in app.get("html"))
    for it in (question.evidence for question in QUESTIONS if question.evidence):
        query = urlencode(it.view.parameters() | it.more)
        assert f'href="/{it.page}{escape(f"?{query}" if query else "")}"' in markup
    shown = " ".join(block.value for block in app.code)
    for question in QUESTIONS:
        for name, value in question.shows().items():
            assert f"{name}:\n    {value.tolist()}" in shown
