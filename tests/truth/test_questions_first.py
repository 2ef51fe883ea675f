"""A page asks before it tells: what is right stands nowhere above its question, and why nowhere before an answer."""

import re

import pytest

from pages.parts.predictions.ready import READY
from tests.truth.corners import FAST, views_of
from tests.truth.page_text import page_text

ASKED_ON_PAGES = [it for it in READY.values() if it.page]


def _numbers(text: str) -> set[str]:
    """Numbers that tell something: three digits or more, as a measurement has them."""
    return {it for it in re.findall(r"\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?", text) if len(re.sub(r"\D", "", it)) >= 3}


@pytest.mark.parametrize("asked", ASKED_ON_PAGES, ids=lambda it: it.name)
def test_what_is_asked_is_not_told_before(asked):
    for view in views_of(asked.page, FAST):
        text, truth, question = page_text(asked.page, view), asked.truth(view), asked.asked(view)
        above, found, below = text.partition(question)
        assert found, f"{asked.page} does not ask {question!r}"
        in_question = _numbers(question) | set().union(*(_numbers(option) for option in asked.options(view)))
        told = (_numbers(truth.because) | _numbers(truth.right)) - in_question - {f"{view.scale:g}"}
        assert not told & _numbers(above), f"told above the question at {view}"
        assert truth.because not in above
        assert f"it is {truth.right}" not in above + below
        assert "Your prediction." in text


@pytest.mark.parametrize("view", FAST, ids=lambda it: it.query() or "default")
def test_the_overflow_lab_tells_the_first_digit_only_where_it_asked_to_guess(view):
    lines = page_text("overflow", view).splitlines()
    (asked,) = [at for at, line in enumerate(lines) if "Guess first, then open this." in line]
    told = [at for at, line in enumerate(lines) if "is the first to go, at ×" in line or "loses none either" in line]
    assert told == [asked + 1]
    scale = re.search(r"×([\d.]+)", lines[asked + 1])[1]
    elsewhere = [line for at, line in enumerate(lines) if at != asked + 1 and " | " not in line]
    assert not any(re.search(rf"×{re.escape(scale)}(?!\d)", line) for line in elsewhere if scale != f"{view.scale:g}")
