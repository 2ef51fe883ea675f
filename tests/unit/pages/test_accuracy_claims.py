"""What the accuracy lab claims: each sentence has a form for none, one and all, and says what the results say."""

import numpy as np
import pytest

from core.accuracy import Accuracy
from core.losses import FORMULAS
from core.view import View
from pages.parts import cached_labs
from pages.parts.claims import accuracy

VIEW = View()


@pytest.fixture
def medians(monkeypatch):
    """Sets the worst median of the formulas that take the maximum out, the log1p form's last."""

    def put(others, log1p, unstable=np.inf):
        of = dict.fromkeys(accuracy.STABLE, others) | {"log1p_nll": log1p} | dict.fromkeys(accuracy.UNSTABLE, unstable)
        monkeypatch.setattr(cached_labs, "medians", lambda _: [of | {"inputs": 0.0}] * 31)

    return put


@pytest.mark.parametrize(
    ("others", "log1p", "said"),
    [
        (0.31449, 0.2, "every formula that takes the maximum out stays within 0.315 ulps."),
        (
            267.0,
            1.0007,
            "log1p form stays within 1.01 ulps; x - logsumexp(x), shifted log-softmax, F.log_softmax and F",
        ),
        (267.0, 1.0, "log1p form stays within 1 ulp; "),
        (267.0, 300.0, "are off by 267 to 300 ulps at the worst scale, decimal digits."),
    ],
)
def test_how_far_the_stable_formulas_are_off(medians, others, log1p, said):
    medians(others, log1p)
    assert said in accuracy.over_the_track(VIEW)


def test_what_stands_at_the_top_is_named_or_nothing_does(medians):
    medians(1.0, 1.0)
    assert "log of softmax (naive) from ×0.1 on and unshifted log-sum-exp from ×0.1 on." in accuracy.at_the_top(VIEW)
    medians(1.0, 1.0, unstable=2.0)
    assert accuracy.at_the_top(VIEW).startswith("No curve reaches the top")


def found(truth, zeros=0):
    errors = {name: np.zeros(len(truth)) for name in FORMULAS}
    return Accuracy(np.array(truth), errors, dict.fromkeys(FORMULAS, zeros))


def test_who_is_left_out_of_the_sample():
    assert accuracy.left_out(VIEW, found([1.0] * 500)) == ""
    assert accuracy.left_out(VIEW, found([1.0] * 499)).startswith(
        "Of 500 digits 1 has a logit beyond the largest float32:"
    )
    assert accuracy.left_out(VIEW, found([])).startswith("Of 500 digits 500 have a logit")


def test_a_loss_of_exactly_0_is_wrong_only_where_another_number_is_nearer():
    none = dict.fromkeys(FORMULAS, 0)
    some = dict.fromkeys(FORMULAS, 3)
    assert accuracy.zeros(VIEW, found([1.0]), none).endswith("No formula gives one here.")
    assert accuracy.zeros(VIEW, found([1.0, 1e-9]), some).endswith("; none of these does.")
    assert accuracy.zeros(VIEW, found([1.0, 1e-60], 1), some).endswith("; 1 of the 2 looked at does.")
    assert accuracy.zeros(VIEW, found([0.0, 1e-60], 2), some).endswith("; 2 of the 2 looked at do.")


def test_medians_by_digit_have_a_form_for_nobody_and_for_what_is_never_finite():
    assert accuracy.by_digit(found([]), ("log1p_nll",), 4).startswith("No digit is drawn")
    lost = Accuracy(np.array([1.0, 0.0]), {"log1p_nll": np.array([np.inf, np.nan])}, {"log1p_nll": 0})
    told = accuracy.by_digit(lost, ("log1p_nll",), 1)
    assert "log1p form never finite and never finite." in told
    assert told.endswith("Of 1 digit the true loss is 0 even in float64, which a log axis cannot show.")


@pytest.mark.parametrize(
    ("truth", "textbook", "said"),
    [
        ("0", "0", "a single class left"),
        (
            "7.4401519520416719259193916077262366747177843079743e-44",
            "7.4401520000000E-44",
            "only its first 6 digits are",
        ),
        (
            "1.0986122886681096913952452369225257046474905578227",
            "1.0986122886681096913952452369225257046474905578228",
            "loses nothing",
        ),
        ("1.38e-87", "0", "no digit is right"),
        ("1.38e-87", "1.2", "no digit is right"),
        ("1.38e-87", "1.2E-87", "only its first 1 digit is right"),
        ("1e-868588976876566747138317507674", "NaN", "leave what a decimal holds"),
        ("2e30", "Infinity", "leave what a decimal holds"),
    ],
)
def test_fifty_digits_are_said_to_be_wrong_only_where_they_are(truth, textbook, said):
    told = accuracy.of_textbook(truth, textbook)
    assert said in told
    assert ("More digits do not make a formula right" in told) is ("right." in told)


@pytest.mark.parametrize(
    ("sums", "own_mean", "said"),
    [
        (np.inf, np.inf, ("sum of 65,520 exps does not fit", "sum of 2,184 losses")),
        (11.0, np.inf, ("sum of 2,184 losses",)),
        (np.inf, 30.0, ("sum of 65,520 exps does not fit",)),
        (11.0, 30.0, ("keeps up with these",)),
    ],
)
def test_cross_entropy_is_said_to_overflow_only_where_it_did(sums, own_mean, said):
    told = accuracy.of_half_precision(65_520, 2184, sums, own_mean, 30.0)
    assert all(it in told for it in said)
    assert told.count("F.cross_entropy") == len(said)
