"""A row walked through a formula ends where the formula ends, and the first bad cell is where it went wrong."""

import itertools
import math

import pytest
import torch

from core.dtypes import DTYPES, scaled, torch_dtype
from core.losses import FORMULAS
from core.walk import WALKS, walk

INF = math.inf
ROWS = range(0, 50_000, 2_503)

walks = pytest.mark.parametrize("formula", WALKS)


def row(*values, dtype="float32"):
    return torch.tensor(values, dtype=torch_dtype(dtype))


@walks
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_walk_ends_at_the_bits_that_the_batch_gave(logits, digits, formula, dtype):
    for weights, scale in (("untrained", 1), ("untrained", 300), ("trained", 9)):
        x = scaled(logits[weights], scale, dtype)
        nll = FORMULAS[formula].per_sample(x, digits.targets)
        for i in ROWS:
            walked = walk(formula, x[i], int(digits.targets[i]))
            assert walked.nll.dtype == nll.dtype
            assert repr(walked.nll.item()) == repr(nll[i].item())  # every digit, the sign of 0, nan for nan
            assert (walked.cause == "none") == bool(nll[i].isfinite())


@walks
def test_a_walk_starts_at_the_row_and_keeps_its_dtype(formula):
    x = row(3, -1, 2, dtype="bfloat16")
    walked = walk(formula, x, 2)
    assert walked.steps[0].values is x
    assert {step.values.dtype for step in walked.steps} == {torch.bfloat16}
    assert {step.values.shape for step in walked.steps} == {(), (3,)}
    assert walked.nll.shape == ()
    assert walked.nll == -walked.steps[-1].values[2]
    assert (walked.formula, walked.target) == (formula, 2)
    assert torch.equal(x, row(3, -1, 2, dtype="bfloat16"))


@walks
def test_each_step_is_what_its_code_says(formula):
    """The code reads as Python with `m` and `sum` as earlier steps named them; `sum` adds up the step before."""
    steps = walk(formula, row(3, -1, 2), 0).steps
    known = {"x": steps[0].values, "exp": torch.exp, "log": torch.log, "max": torch.amax}
    for before, step in itertools.pairwise(steps):
        name, _, code = step.code.rpartition(" = ")
        expected = before.values.sum() if code == "sum" else eval(code, {}, known)  # noqa: S307
        torch.testing.assert_close(step.values, expected)
        known[name or code] = step.values


@pytest.mark.parametrize(
    ("formula", "x", "target", "cause", "code", "place", "value"),
    [
        ("log_of_softmax", row(1, INF, 0), 0, "logit overflows", "x", 1, INF),
        ("log_of_softmax", row(-INF, 1, INF), 1, "logit overflows", "x", 2, INF),
        ("log_of_softmax", row(-INF, 1, -INF), 2, "logit overflows", "x", 2, -INF),
        ("log_of_softmax", row(-INF, 89, 90), 1, "exp overflows", "exp(x)", 2, INF),
        ("log_of_softmax", row(1, 89, 90), 0, "exp overflows", "exp(x)", 2, INF),
        ("log_of_softmax", row(88.5, 88.5, 0), 2, "sum overflows", "sum", None, INF),
        ("log_of_softmax", row(0, 1, -104), 2, "target underflows", "exp(x)", 2, 0),
        ("log_of_softmax", row(80, 0, -80), 2, "quotient underflows", "exp(x) / sum", 2, 0),
        ("log_of_softmax", row(-104, -105), 1, "whole row underflows", "sum", None, 0),
        ("unshifted_log_softmax", row(1, INF, 0), 0, "logit overflows", "x", 1, INF),
        ("unshifted_log_softmax", row(1, 89, 90), 0, "exp overflows", "exp(x)", 2, INF),
        ("unshifted_log_softmax", row(88.5, 88.5, 0), 2, "sum overflows", "sum", None, INF),
        ("unshifted_log_softmax", row(-104, -105), 1, "whole row underflows", "sum", None, 0),
        ("lse_log_softmax", row(1, INF, 0), 0, "logit overflows", "x", 1, INF),
        (
            "lse_log_softmax",
            row(40000, -40000, dtype="float16"),
            1,
            "answer exceeds the dtype",
            "x - (m + log(sum))",
            1,
            -INF,
        ),
    ],
)
def test_the_first_bad_cell_is_where_the_cause_happened(formula, x, target, cause, code, place, value):
    walked = walk(formula, x, target)
    assert walked.cause == cause
    step, at = walked.first_bad
    assert (walked.steps[step].code, at) == (code, place)
    cell = walked.steps[step].values if at is None else walked.steps[step].values[at]
    assert cell == value


@walks
@pytest.mark.parametrize("dtype", DTYPES)
def test_digits_have_a_first_bad_cell_exactly_when_they_fail(logits, digits, formula, dtype):
    """It is inf, nan or a lost exponential, and at its place nothing before it is."""
    for weights, scale in (("untrained", 700), ("trained", 60), ("trained", 10_000)):
        x = scaled(logits[weights], scale, dtype)
        for i in ROWS:
            walked = walk(formula, x[i], int(digits.targets[i]))
            assert (walked.first_bad is None) == bool(walked.nll.isfinite())
            if walked.first_bad is None:
                continue
            step, at = walked.first_bad
            bad = walked.steps[step].values if at is None else walked.steps[step].values[at]
            assert bad == 0 if walked.cause.endswith("underflows") else not bad.isfinite()
            before = [it.values[at] if it.values.ndim and at is not None else it.values for it in walked.steps[:step]]
            assert all(values.isfinite().all() for values in before)


@walks
def test_a_walk_refuses_what_is_no_row(formula):
    with pytest.raises(ValueError, match=r"one row of logits, not a tensor of shape \(2, 3\)"):
        walk(formula, torch.zeros(2, 3), 0)
    with pytest.raises(ValueError, match="no classes"):
        walk(formula, torch.zeros(0), 0)
    with pytest.raises(TypeError, match="not list"):
        walk(formula, [1.0, 2.0], 0)
    with pytest.raises(TypeError, match="floating point"):
        walk(formula, torch.tensor([1, 2]), 0)


@walks
@pytest.mark.parametrize("target", [-1, 3])
def test_a_walk_refuses_a_target_that_is_no_class(formula, target):
    with pytest.raises(IndexError, match=f"target is {target}, not one of the 3 classes 0 to 2"):
        walk(formula, row(1, 2, 3), target)


def test_a_formula_without_a_walk_is_a_key_error():
    with pytest.raises(KeyError, match="log1p_nll"):
        walk("log1p_nll", row(1, 2), 0)
