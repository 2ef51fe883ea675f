"""Where the naive loss first fails, which digits the strip shows, and what all formulas say at one scale."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core import sweep
from core.dtypes import DTYPES, scaled
from core.losses import FORMULAS, log_of_softmax, nll_per_sample
from core.sweep import LEVEL, NEVER, SCALES, STRIP_ROWS, first_failures, levels_of, near_pairs, strip_of
from core.view import SCALE_LIMITS, View, six_digits

WEIGHTS = ("untrained", "trained")
WIDE = ("float32", "float64")  # where the formulas agree to a thousandth


@pytest.fixture(scope="module")
def failures(logits, digits):
    """The step at which each digit's naive loss first fails in float32."""
    return {weights: first_failures(logits[weights], digits.targets, "float32") for weights in WEIGHTS}


def naive_fails(logits, targets, scale, dtype):
    return ~nll_per_sample(log_of_softmax(scaled(logits, scale, dtype)), targets).isfinite()


def test_the_grid_runs_over_every_scale_a_view_allows_in_even_steps():
    assert (SCALES[0], SCALES[-1]) == SCALE_LIMITS
    assert all(View(scale=scale).scale == scale == six_digits(scale) for scale in SCALES)
    steps = np.diff(np.log10(SCALES))
    assert steps == pytest.approx(1 / sweep.STEPS_PER_DECADE, abs=1e-5)
    assert set(np.geomspace(0.1, 10_000, 6).round(6)) <= set(SCALES)


# 2,000 rows at each of the 251 steps; bisection needs eight.
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("weights", WEIGHTS)
def test_bisection_finds_what_looking_at_every_step_finds(logits, digits, weights, dtype):
    x, targets = logits[weights][:2_000], digits.targets[:2_000]
    fails = torch.stack([naive_fails(x, targets, scale, dtype) for scale in SCALES])
    assert (fails[1:] >= fails[:-1]).all(), "a row that failed stays failed"
    expected = [next((k for k, failed in enumerate(row) if failed), NEVER) for row in fails.t().tolist()]
    assert first_failures(x, targets, dtype).tolist() == expected


@pytest.mark.parametrize("weights", WEIGHTS)
def test_no_digit_fails_before_the_first_failure_and_some_do_there(logits, digits, failures, weights):
    first = failures[weights].min()
    assert 0 < first < NEVER
    failed = naive_fails(logits[weights], digits.targets, SCALES[first], "float32")
    assert not naive_fails(logits[weights], digits.targets, SCALES[first - 1], "float32").any()
    assert failed.nonzero().flatten().tolist() == np.flatnonzero(failures[weights] == first).tolist()


def test_rows_that_always_or_never_fail():
    rows = torch.tensor([[math.inf, 0.0], [0.0, 0.0], [math.nan, 1.0]])
    found = first_failures(rows, torch.tensor([1, 0, 0]), "float32")
    assert found.tolist() == [0, NEVER, 0]
    assert found.dtype == np.int16
    assert first_failures(rows[:0], torch.empty(0, dtype=torch.int64), "float32").tolist() == []


@pytest.mark.parametrize("weights", WEIGHTS)
def test_the_strip_is_every_hundredth_digit_in_the_order_of_failing(failures, weights):
    ranked = sorted(range(50_000), key=lambda row: (failures[weights][row], row))
    strip = strip_of(failures[weights])
    assert strip.shape == (STRIP_ROWS,)
    assert strip.tolist() == ranked[::100]
    assert strip[0] == np.flatnonzero(failures[weights] == failures[weights].min())[0]


def test_the_first_of_the_strip_is_the_smallest_index_of_those_that_fail_together():
    assert strip_of(np.array([NEVER, 7, 3, 9, 3, 7], np.int16)).tolist() == [2, 4, 1, 5, 3, 0]


@pytest.mark.parametrize("dtype", WIDE)
@pytest.mark.parametrize("weights", WEIGHTS)
def test_at_scale_1_every_formula_agrees_with_every_other(logits, digits, weights, dtype):
    pairs = near_pairs(sweep.losses(scaled(logits[weights], 1.0, dtype), digits.targets))
    names = list(FORMULAS)
    assert list(pairs) == [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    assert all(pairs.values())


def test_at_scale_300_naive_is_near_nothing_while_the_stable_formulas_agree(logits, digits):
    nll = sweep.losses(scaled(logits["untrained"], 300.0, "float32"), digits.targets)
    broken = {"log_of_softmax", "unshifted_log_softmax"}
    assert {name for name, losses in nll.items() if not losses.isfinite().all()} == broken
    assert {pair for pair, agree in near_pairs(nll).items() if not agree} == {
        pair for pair in near_pairs(nll) if broken & set(pair)
    }


@pytest.mark.parametrize("dtype", DTYPES)
def test_losses_are_those_of_the_formulas_asked_for(logits, digits, dtype):
    x, targets = scaled(logits["untrained"][:100], 3.0, dtype), digits.targets[:100]
    asked = sweep.losses(x, targets, ("log1p_nll", "log_of_softmax"))
    assert list(asked) == ["log1p_nll", "log_of_softmax"]
    assert list(sweep.losses(x, targets)) == list(FORMULAS)
    assert all(torch.equal(asked[name], FORMULAS[name].per_sample(x, targets)) for name in asked)


def test_losses_that_have_no_logarithm_have_levels_of_their_own():
    values = torch.tensor([0.0, -0.0, -0.279, -math.inf, math.inf, math.nan])
    names = ["zero", "zero", "negative", "-inf", "+inf", "nan"]
    assert levels_of(values).tolist() == [LEVEL[name] for name in names]
    assert len(set(LEVEL.values())) == len(LEVEL)


@given(exponents=st.lists(st.floats(-31.9, 31.9), max_size=20))
def test_a_level_is_a_thousand_times_the_decade_of_the_loss(exponents):
    levels = levels_of(torch.tensor([10.0**exponent for exponent in exponents], dtype=torch.float64))
    assert levels.dtype == np.int16
    assert levels.tolist() == pytest.approx([1000 * exponent for exponent in exponents], abs=0.5001)
    assert not set(levels.tolist()) & set(LEVEL.values())


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_levels_take_narrow_losses_too(dtype):
    nll = scaled(torch.tensor([1.0, 100.0, math.inf, 0.0]), 1.0, dtype)
    assert levels_of(nll).tolist() == [0, 2000, LEVEL["+inf"], LEVEL["zero"]]
