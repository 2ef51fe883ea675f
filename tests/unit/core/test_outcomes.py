"""What became of each row, and why: one row built for every cause, then all 50,000."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from core.dtypes import DTYPES, scaled, torch_dtype
from core.losses import FORMULAS
from core.outcomes import CAUSES, OUTCOMES, cause_counts, causes, facts, outcomes

INF, NAN = math.inf, math.nan
NAIVE, UNSHIFTED = "log_of_softmax", "unshifted_log_softmax"
STABLE = [name for name in FORMULAS if name not in (NAIVE, UNSHIFTED)]


def happened(formula, row, target, dtype="float32"):
    """Outcome and cause of one row, in words."""
    logits, targets = torch.tensor([row], dtype=torch_dtype(dtype)), torch.tensor([target])
    nll = FORMULAS[formula].per_sample(logits, targets)
    return OUTCOMES[outcomes(nll)[0]], CAUSES[causes(formula, logits, targets, nll)[0]]


@pytest.mark.parametrize(
    ("formula", "row", "target", "outcome", "cause"),
    [
        (NAIVE, [2, 1, 0], 1, "finite", "none"),
        (NAIVE, [INF, 1, 0], 1, "+inf", "logit overflows"),
        (NAIVE, [INF, 1, 0], 0, "nan", "logit overflows"),
        (NAIVE, [89, 1, 0], 1, "+inf", "exp overflows"),
        (NAIVE, [89, 1, 0], 0, "nan", "exp overflows"),
        (NAIVE, [88.5, 88.5, 0], 0, "+inf", "sum overflows"),
        (NAIVE, [0, 0, -104], 2, "+inf", "target underflows"),
        (NAIVE, [80, 0, -80], 2, "+inf", "quotient underflows"),
        (NAIVE, [-104, -105, -106], 0, "nan", "whole row underflows"),
        (UNSHIFTED, [2, 1, 0], 1, "finite", "none"),
        (UNSHIFTED, [INF, 1, 0], 1, "+inf", "logit overflows"),
        (UNSHIFTED, [89, 1, 0], 1, "+inf", "exp overflows"),
        (UNSHIFTED, [88.5, 88.5, 0], 0, "+inf", "sum overflows"),
        (UNSHIFTED, [0, 0, -104], 2, "finite", "none"),
        (UNSHIFTED, [80, 0, -80], 2, "finite", "none"),
        (UNSHIFTED, [-104, -105, -106], 0, "-inf", "whole row underflows"),
    ],
)
def test_each_cause_has_a_row_that_shows_it(formula, row, target, outcome, cause):
    assert happened(formula, row, target) == (outcome, cause)


@pytest.mark.parametrize("formula", STABLE)
def test_formulas_without_the_maximum_fail_only_by_their_logits_or_their_answer(formula):
    for row, target in [([89, 1, 0], 1), ([88.5, 88.5, 0], 0), ([0, 0, -104], 2), ([-104, -105, -106], 0)]:
        assert happened(formula, row, target) == ("finite", "none")
    assert happened(formula, [40000, -40000], 1, "float16") == ("+inf", "answer exceeds the dtype")
    assert happened(formula, [INF, 0], 0)[1] == "logit overflows"
    assert happened(formula, [-INF, -INF], 0) == ("nan", "logit overflows")
    assert happened(formula, [NAN, 0], 1) == ("nan", "logit overflows")


@pytest.mark.parametrize("formula", FORMULAS)
def test_another_class_at_minus_inf_is_never_the_cause(formula):
    assert happened(formula, [1, -INF, 0], 0) == ("finite", "none")
    for row, target in (
        ([89, 0, 0], 0),
        ([88.5, 88.5, 0], 0),
        ([-104, -105, -106], 0),
        ([80, 0, -80], 2),
        ([2, 1, 0], 1),
    ):
        assert happened(formula, [*row, -INF], target) == happened(formula, row, target)
    assert happened(formula, [1, -INF, 0], 1) == ("+inf", "logit overflows")


def test_outcomes_are_told_apart_in_any_shape():
    nll = torch.tensor([[1.0, INF, -0.0], [-INF, NAN, -3.0]])
    assert [[OUTCOMES[code] for code in row] for row in outcomes(nll)] == [
        ["finite", "+inf", "finite"],
        ["-inf", "nan", "finite"],
    ]
    assert outcomes(nll).dtype == torch.uint8


def test_no_rows_have_no_causes():
    none = torch.empty(0)
    assert outcomes(none).shape == (0,)
    assert causes(NAIVE, torch.empty(0, 10), torch.empty(0, dtype=torch.int64), none).shape == (0,)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("weights", "scales"), [("untrained", (1, 300, 3000)), ("trained", (1, 30, 10_000))])
def test_every_failed_row_has_a_cause_and_no_other_row_has_one(logits, digits, dtype, weights, scales):
    for scale in scales:
        x = scaled(logits[weights], scale, dtype)
        for name, formula in FORMULAS.items():
            nll = formula.per_sample(x, digits.targets)
            why = causes(name, x, digits.targets, nll)
            assert torch.equal(why != 0, ~nll.isfinite())
            assert torch.equal(outcomes(nll) != 0, ~nll.isfinite())
            counted = cause_counts(name, facts(x, digits.targets), (~nll.isfinite()).numpy())
            assert counted.tolist() == torch.bincount(why, minlength=len(CAUSES)).tolist()


def thresholds(dtype):
    """From here exp is inf; up to here it is 0."""
    info = torch.finfo(torch_dtype(dtype))
    with mp.workdps(30):
        beyond = mpf(info.max) * 2 / (2 - mpf(info.eps)) * (1 - mpf(info.eps) / 4)
        return float(mp.log(beyond)), float(mp.log(mpf(info.smallest_normal) * info.eps / 2))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize(
    ("weights", "scale"), [("untrained", 290), ("untrained", 700), ("trained", 9), ("trained", 60)]
)
def test_the_closed_form_tells_the_outcome_of_every_digit(logits, digits, dtype, weights, scale):
    """Which rows fail, and how, follows from largest logit, target's logit and log-sum-exp against two limits.

    Rows so close to a limit that rounding the sum or the quotient decides are left out: a handful.
    """
    over, under = thresholds(dtype)
    x = scaled(logits[weights], scale, dtype)
    wide = x.double()
    largest, target = wide.amax(-1), wide[torch.arange(len(x)), digits.targets]
    total = wide.logsumexp(-1)
    whole_row = largest <= under
    infinite = (largest >= over) | (total >= over)
    margin = 2 * torch.finfo(x.dtype).eps
    limits = [largest - over, total - over, target - under, total - target + under, largest - under]
    clear = (torch.stack(limits).abs() > margin).all(0).numpy()
    assert clear.mean() > 0.98
    naive = np.select(
        [(target >= over) | whole_row, infinite | (target <= under) | (total - target >= -under)],
        ["nan", "+inf"],
        "finite",
    )
    unshifted = np.select([infinite, whole_row], ["+inf", "-inf"], "finite")
    for name, expected in ((NAIVE, naive), (UNSHIFTED, unshifted)):
        measured = np.array(OUTCOMES)[outcomes(FORMULAS[name].per_sample(x, digits.targets))]
        assert len(set(expected[clear])) > 1
        assert (measured == expected)[clear].all()


@given(
    row=st.lists(st.floats(-120, 120, width=32), min_size=2, max_size=6),
    target=st.integers(0, 1),
    formula=st.sampled_from([NAIVE, UNSHIFTED]),
)
def test_the_cause_is_the_first_operation_that_went_wrong(row, target, formula):
    x = torch.tensor(row)
    over, under = thresholds("float32")
    _, cause = happened(formula, row, target)
    assert (cause == "exp overflows") == (max(row) >= over)
    assert (cause == "sum overflows") == (max(row) < over <= x.double().logsumexp(-1).item())
    assert (cause == "whole row underflows") == (max(row) <= under)
    if cause == "target underflows":
        assert row[target] <= under < max(row)
    if cause == "quotient underflows":
        assert row[target] > under
        assert x.double().logsumexp(-1).item() - row[target] >= -under
