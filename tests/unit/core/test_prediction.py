"""The closed form against torch: on every digit, and on rows that stand at the ends of a dtype."""

import math
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core import model
from core.dtypes import DTYPES, limits, scaled, torch_dtype
from core.gradients import gradients
from core.losses import FORMULAS
from core.outcomes import CAUSES, OUTCOMES, causes, outcomes
from core.prediction import Prediction, ends, predict, predicted, predicted_gradient

# 51 scales, ten to a factor of ten.
SCALES = [float(f"{scale:.6g}") for scale in np.logspace(-1, 4, 51)]
FRAGILE = ("log_of_softmax", "unshifted_log_softmax")
SAFE = tuple(name for name in FORMULAS if name not in FRAGILE)

# In 16 bits exp, sum and quotient are rounded twice; a few of 20 million rows stand close enough to an end to tell.
ALLOWED = {"float16": 8, "bfloat16": 8, "float32": 0, "float64": 0}


def measured(formula, x, targets):
    nll = FORMULAS[formula].per_sample(x, targets)
    return outcomes(nll), causes(formula, x, targets, nll)


@pytest.mark.parametrize("weights", ["untrained", "trained"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_digit_at_every_scale_ends_as_predicted(digits, dtype, weights):
    logits = model.logits(weights, 0, digits)
    disagreements = []
    for number, scale in enumerate(SCALES):
        x = scaled(logits, scale, dtype)
        for formula in FRAGILE if number % 10 else FORMULAS:
            told, found = predicted(x, digits.targets, formula), measured(formula, x, digits.targets)
            apart = (told[0] != found[0]) | (told[1] != found[1])
            for row in apart.nonzero().flatten().tolist():
                kinds = [f"{OUTCOMES[outcome[row]]}, {CAUSES[cause[row]]}" for outcome, cause in (told, found)]
                disagreements.append(f"{formula} ×{scale:g} row {row}: predicted {kinds[0]}; measured {kinds[1]}")
    print(f"{dtype}, {weights}: {len(disagreements)} disagreements", *disagreements, sep="\n  ")
    assert len(disagreements) <= ALLOWED[dtype]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("formula", [*FRAGILE, "lse_log_softmax", "torch_cross_entropy"])
def test_every_tenth_digit_keeps_or_loses_its_gradient_as_predicted(digits, dtype, formula):
    rows = slice(None, None, 10)
    logits, targets = model.logits("untrained", 0, digits)[rows], digits.targets[rows]
    for scale in SCALES[::4]:
        x = scaled(logits, scale, dtype)
        apart = predicted_gradient(x, targets, formula) != gradients(formula, x, targets).isfinite().all(-1)
        assert apart.sum() <= (1 if dtype in ("float16", "bfloat16") else 0), (scale, apart.nonzero()[:3])


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_ends_lie_between_the_last_finite_exp_and_the_next(dtype):
    found, end = limits(dtype), ends(dtype)
    assert found.last_finite_exp < end.top <= found.first_inf_exp
    assert end.bottom < found.last_nonzero_exp
    assert end.bottom == pytest.approx(found.last_nonzero_exp, rel=0.01)


INF = math.inf
ROWS = [
    ([89.0, 0.0], 0, "log_of_softmax", Prediction("nan", "exp overflows")),
    ([89.0, 0.0], 1, "log_of_softmax", Prediction("+inf", "exp overflows")),
    ([88.0, 88.0, 88.0], 0, "log_of_softmax", Prediction("+inf", "sum overflows")),
    ([-105.0, 0.0], 0, "log_of_softmax", Prediction("+inf", "target underflows")),
    ([-60.0, 50.0], 0, "log_of_softmax", Prediction("+inf", "quotient underflows")),
    ([-105.0, -105.0], 0, "log_of_softmax", Prediction("nan", "whole row underflows")),
    ([1e39, 0.0], 1, "log_of_softmax", Prediction("+inf", "logit overflows")),
    ([1.0, 2.0], 0, "log_of_softmax", Prediction("finite", "none")),
    ([-60.0, 50.0], 0, "unshifted_log_softmax", Prediction("finite", "none")),
    ([-105.0, -105.0], 0, "unshifted_log_softmax", Prediction("-inf", "whole row underflows")),
    ([89.0, 0.0], 0, "unshifted_log_softmax", Prediction("+inf", "exp overflows")),
    ([89.0, 0.0], 0, "lse_log_softmax", Prediction("finite", "none")),
    ([3e38, -3e38], 1, "torch_cross_entropy", Prediction("+inf", "answer exceeds the dtype")),
    ([1e39, 0.0], 1, "torch_cross_entropy", Prediction("nan", "logit overflows")),
]


@pytest.mark.parametrize(("row", "target", "formula", "expected"), ROWS)
def test_rows_that_end_in_each_way(row, target, formula, expected):
    assert predict(row, target, "float32", formula) == expected
    x, targets = torch.tensor([row]), torch.tensor([target])
    outcome, cause = measured(formula, x, targets)
    assert Prediction(OUTCOMES[outcome[0]], CAUSES[cause[0]]) == expected


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_infinite_logits_end_as_predicted_with_their_cause_and_their_gradient(formula, dtype):
    end = ends(dtype)
    of_each = (-INF, end.bottom - 1, -1.0, 1.0, end.top + 1, INF)
    rows = [row for row in product(of_each, repeat=3) if not all(map(math.isfinite, row))]
    x = torch.tensor(rows, dtype=torch_dtype(dtype))
    for target in range(3):
        targets = torch.full((len(x),), target)
        found, told = measured(formula, x, targets), predicted(x, targets, formula)
        for kind, by_torch, by_rule in zip(("outcome", "cause"), found, told, strict=True):
            assert rows_apart(rows, by_torch != by_rule) == [], kind
        finite = gradients(formula, x, targets).isfinite().all(-1)
        assert rows_apart(rows, predicted_gradient(x, targets, formula) != finite) == []


def rows_apart(rows, apart):
    return [row for row, differs in zip(rows, apart.tolist(), strict=True) if differs]


@given(
    row=st.lists(st.floats(-300, 300, width=32), min_size=1, max_size=8),
    dtype=st.sampled_from(["float32", "float64"]),
    formula=st.sampled_from(list(FORMULAS)),
    data=st.data(),
)
def test_any_row_away_from_the_ends_ends_as_predicted(row, dtype, formula, data):
    target = data.draw(st.integers(0, len(row) - 1))
    x, targets = torch.tensor([row], dtype=torch_dtype(dtype)), torch.tensor([target])
    exact, end = x.double(), ends(dtype)
    lse = exact.logsumexp(-1).item()
    at_ends = [lse - end.top, x[0, target].item() - end.bottom, lse - x[0, target].item() + end.bottom]
    if min(map(abs, at_ends)) < 1.5:  # next to an end the subnormal exps' own rounding decides
        return
    outcome, _ = measured(formula, x, targets)
    assert predict(row, target, dtype, formula).outcome == OUTCOMES[outcome[0]]


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (([1.0, 2.0], 0, "float32", "softmax"), ValueError, "formula is 'softmax'"),
        (([1.0, 2.0], 0, "float8", "log_of_softmax"), ValueError, "dtype is 'float8'"),
        (([1.0, 2.0], 2, "float32", "log_of_softmax"), IndexError, "not one of the 2 classes"),
        (([1.0, math.nan], 0, "float32", "log_of_softmax"), ValueError, "row 0 of the logits holds nan"),
        (([], 0, "float32", "log_of_softmax"), ValueError, "no classes"),
    ],
)
def test_what_cannot_be_predicted_is_refused_with_a_reason(arguments, error, said):
    with pytest.raises(error, match=said):
        predict(*arguments)
