"""Sentences that stopped being true, and some that look alike and are fine."""

import pytest

from core.view import View
from tests.truth.smells import smells
from tests.truth.spoken import told_before

VIEW = View(scale=250.0, dtype="float16")


@pytest.mark.parametrize(
    "line",
    [
        "sum overflows (up to 1 digits) on the way",
        "on all 1 rows",
        "Nothing overflows; 1 of the exps are 0.",
        "1 of 21 pairs agree at ×250 in float16.",
        "It loses 42 digit here.",
        "No single loss is larger than nan, and still the built-in mean is nan.",
        "from 0.1 to inf, median nan",
        "from nan to nan",
        "the loss by x - log(sum) is -0, although a loss cannot be negative",
        "mean -0.0000; 3 are exactly 0",
        "log of softmax | -0",
        "exp overflows (up to 0 digits)",
        "first lost at ×inf",
        "Digit None of the training set",
        "lost to () on the track",
        "lost at {scale}",
        "By  two spaces",
        "first this, , then that",
        "## Digit 5, at ×239.883",
        "log of softmax at ×239.883 in float16: digits by cause",
        "log of softmax at ×250 in float32: digits by cause",
        "the largest difference of any digit (float16, ×239.883)",
    ],
)
def test_what_smells(line):
    assert list(smells(line, VIEW))


@pytest.mark.parametrize(
    "line",
    [
        "one digit is lost, 42 are kept; 1 of 21 pairs agrees, 2 of 21 pairs agree at ×250 in float16.",
        "nan is near nothing, not even itself, and inf is near inf; log 0 is -inf, 0 × -inf is nan.",
        "Masking a class means setting its logit to -inf.",
        "The built-in mean is inf. x minus log inf is -inf.",
        "Shares between 0 and 1 are nearly equal logits. exp(0) = 1, and the sum is at least 1 and at most 10.",
        "Digit 2: a handwritten 4: a 4, loss inf",
        "m + log(sum) = 89, loss = 88",
        "first lost at ×239.883, the next scale the slider offers",
        "shape (..., classes)",
        "it is ...",
        "    x[()] -0.0 {}",
        "digit | nan | inf | 0",
        "exps from 1e-08 to -0.5",
        "## Digit 5, at ×250",
        "By the closed form it is ×31.0834; at ×300 in the lesson below.",
    ],
)
def test_what_is_fine(line):
    assert not list(smells(line, VIEW))


ASKED = "Your prediction. How many?\n- all of them\n- none\n{verdict} 3 of 21 agree."


@pytest.mark.parametrize(
    ("page", "above", "verdict"),
    [
        ("agreement", "Here none agrees: none.", "Look again: it is none."),
        ("agreement", "It is all of them.", "Right."),
        ("agreement", "They agree until one breaks.", "Look again: it is none."),
        ("overflow", "As it happens, 3 of 21 agree.", "Right."),
        ("agreement", "Nothing is told.", "Neither."),
    ],
)
def test_what_is_told_too_early(page, above, verdict):
    assert list(told_before(page, f"{above}\n{ASKED.format(verdict=verdict)}"))


@pytest.mark.parametrize("verdict", ["Right.", "Look again: it is none."])
def test_what_is_asked_first(verdict):
    assert not list(told_before("agreement", f"Agreeing is not being right.\n{ASKED.format(verdict=verdict)}\nnone"))


def test_break_it_folds_its_answer_under_the_question():
    folded = "Guess first, then open this.\nlost at ×200\nGo where it is lost"
    assert not list(told_before("", folded))
    assert list(told_before("", f"Go where it is lost\n{folded}"))
