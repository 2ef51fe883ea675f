"""Finite losses beside certified ones.

The truth is (m - x_t) + log1p(sum over j != argmax of exp(x_j - m)) in 60-digit arithmetic, from the exact values of
the floats. The textbook formula would not do even there: log of softmax cancels where one logit dominates.
"""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from core.losses import FORMULAS

EPS = torch.finfo(torch.float64).eps
STABLE = ["lse_log_softmax", "shifted_log_softmax", "torch_log_softmax", "log1p_nll", "torch_cross_entropy"]
DIGITS = 60


def certified(row, target):
    with mp.workdps(DIGITS):
        x = [mpf(value) for value in row]
        m = max(x)
        others = x.copy()
        others.remove(m)
        return (m - x[target]) + mp.log1p(mp.fsum(mp.exp(x_j - m) for x_j in others))


def error(name, row, target):
    """How far the formula's float64 loss is from the certified one, and the certified one."""
    nll = FORMULAS[name].per_sample(torch.tensor([row], dtype=torch.float64), torch.tensor([target]))
    truth = certified(row, target)
    with mp.workdps(DIGITS):
        return float(abs(mpf(nll.item()) - truth)), float(truth)


@st.composite
def rows(draw, limit):
    """A row of logits up to the limit, sometimes all close together, and its target."""
    count = draw(st.integers(1, 12))
    centre, spread = draw(st.sampled_from([(0, limit), (limit / 2, 5), (-limit / 2, 5)]))
    row = draw(st.lists(st.floats(centre - spread, centre + spread), min_size=count, max_size=count))
    return row, draw(st.integers(0, count - 1))


# Within 300 of 0 every exp and quotient is a normal float64, so that each formula is as good as it can be. Naive rounds
# exponentials, sum, quotient and log: some eps each. Those that add the maximum back lose eps of the largest logit,
# which the shift avoids, but for the rounding of x - m itself.
@pytest.mark.parametrize("name", FORMULAS)
@given(case=rows(limit=300))
def test_every_formula_is_right_to_a_few_roundings_of_its_largest_number(name, case):
    row, target = case
    wrong_by, truth = error(name, row, target)
    largest = max(map(abs, row))
    assert wrong_by <= 8 * EPS * (1 + truth + largest)


@pytest.mark.parametrize("name", STABLE)
@given(case=rows(limit=1e6))
def test_stable_formulas_stay_as_right_far_beyond_the_limits_of_exp(name, case):
    row, target = case
    wrong_by, truth = error(name, row, target)
    assert wrong_by <= 8 * EPS * (1 + truth + max(map(abs, row)))


@pytest.mark.parametrize("name", ["shifted_log_softmax", "torch_log_softmax", "torch_cross_entropy", "log1p_nll"])
@given(case=rows(limit=1e6))
def test_an_offset_of_all_logits_costs_the_shifted_formulas_nothing(name, case):
    row, target = case
    spread = max(row) - min(row)
    wrong_by, _ = error(name, row, target)
    assert wrong_by <= 8 * EPS * (1 + spread)


@given(others=st.lists(st.floats(-600, 0), min_size=1, max_size=9), top=st.floats(0, 100))
def test_log1p_keeps_its_digits_where_the_loss_is_small(others, top):
    row = [top, *(top + other for other in others)]
    wrong_by, truth = error("log1p_nll", row, target=0)
    spread = top - min(row)
    assert truth > 0
    assert wrong_by <= EPS * (len(row) + 2 + spread) * truth  # rounding x_j - m alone is eps / 2 of it in the exponent


def test_the_certified_loss_of_equal_logits_is_the_log_of_their_number():
    with mp.workdps(DIGITS):
        assert abs(certified([7.5] * 10, 3) - mp.log(10)) < mpf(10) ** (2 - DIGITS)
