"""The smallest rows that show how each formula breaks, in every dtype."""

import math

import pytest
import torch
from mpmath import mp, mpf

from core.dtypes import DTYPES, torch_dtype
from core.losses import FORMULAS

INF = math.inf
STABLE = ["lse_log_softmax", "shifted_log_softmax", "torch_log_softmax", "log1p_nll", "torch_cross_entropy"]

dtypes = pytest.mark.parametrize("dtype", DTYPES)
stable = pytest.mark.parametrize("name", STABLE)


def nll(name, row, target, dtype="float32"):
    logits = torch.tensor([row], dtype=torch_dtype(dtype))
    return FORMULAS[name].per_sample(logits, torch.tensor([target])).item()


def neighbours(edge, dtype):
    """The numbers of this dtype on both sides of a number that is none of them."""
    near = torch.tensor(float(edge), dtype=torch.float64).to(torch_dtype(dtype))
    if mpf(near.item()) > edge:
        return torch.nextafter(near, near.new_tensor(-INF)).item(), near.item()
    return near.item(), torch.nextafter(near, near.new_tensor(INF)).item()


def limits(dtype):
    """Last x with a finite exp, first with inf; last x whose exp is 0, first where it is not.

    Beyond half a step above the largest number, rounding gives inf; up to half the smallest one, 0.
    """
    info = torch.finfo(torch_dtype(dtype))
    with mp.workdps(30):
        largest, step = mpf(info.max), mpf(info.max) * info.eps / (2 - mpf(info.eps))
        smallest = mpf(info.smallest_normal) * info.eps
        return *neighbours(mp.log(largest + step / 2), dtype), *neighbours(mp.log(smallest / 2), dtype)


@dtypes
def test_naive_breaks_at_the_first_number_whose_exp_is_infinite(dtype):
    last, beyond, _, _ = limits(dtype)
    assert math.isfinite(nll("log_of_softmax", [last, 0], 0, dtype))
    assert math.isnan(nll("log_of_softmax", [beyond, 0], 0, dtype))  # inf / inf
    assert nll("log_of_softmax", [beyond, 0], 1, dtype) == INF  # 1 / inf


@dtypes
def test_unshifted_breaks_at_the_same_number_whatever_the_target(dtype):
    last, beyond, _, _ = limits(dtype)
    for target in (0, 1):
        assert math.isfinite(nll("unshifted_log_softmax", [last, 0], target, dtype))
        assert nll("unshifted_log_softmax", [beyond, 0], target, dtype) == INF


@dtypes
def test_naive_breaks_at_the_first_target_whose_exp_is_zero_and_unshifted_does_not(dtype):
    _, _, zero, nonzero = limits(dtype)
    assert math.isfinite(nll("log_of_softmax", [0, nonzero], 1, dtype))
    assert nll("log_of_softmax", [0, zero], 1, dtype) == INF
    assert nll("unshifted_log_softmax", [0, zero], 1, dtype) == pytest.approx(-zero, rel=0.01)


@dtypes
def test_where_every_exp_is_zero_naive_is_nan_and_unshifted_minus_infinity(dtype):
    _, _, zero, nonzero = limits(dtype)
    assert math.isfinite(nll("unshifted_log_softmax", [nonzero, zero], 0, dtype))
    assert math.isnan(nll("log_of_softmax", [zero, zero], 0, dtype))  # 0 / 0
    assert nll("unshifted_log_softmax", [zero, zero], 0, dtype) == -INF


@stable
@dtypes
def test_stable_formulas_pass_all_these_limits(name, dtype):
    eps = torch.finfo(torch_dtype(dtype)).eps
    for x in limits(dtype):
        few_roundings = 2 * eps * (1 + abs(x))
        assert nll(name, [x, 0], 0, dtype) == pytest.approx(max(-x, 0), abs=few_roundings)
        assert nll(name, [x, 0], 1, dtype) == pytest.approx(max(x, 0), abs=few_roundings)
        assert nll(name, [x, x], 0, dtype) == pytest.approx(math.log(2), abs=few_roundings)


def test_a_sum_overflows_though_no_exp_does():
    last, beyond, _, _ = limits("float32")
    assert 88.5 < last < beyond < 88.5 + math.log(2)
    for target in (0, 2):
        assert nll("log_of_softmax", [88.5, 88.5, 0], target) == INF
        assert nll("unshifted_log_softmax", [88.5, 88.5, 0], target) == INF
    assert nll("lse_log_softmax", [88.5, 88.5, 0], 2) == pytest.approx(88.5 + math.log(2), rel=1e-6)


def test_a_quotient_underflows_though_no_exp_does():
    _, _, zero, _ = limits("float32")
    assert zero < -80
    assert nll("log_of_softmax", [80, -80], 1) == INF
    assert nll("unshifted_log_softmax", [80, -80], 1) == 160


def test_finite_and_wrong_a_cross_entropy_below_zero():
    c, truth = -103.0, math.log(1 + math.exp(-1) + math.exp(-2))
    row = [c, c - 1, c - 2]
    assert nll("unshifted_log_softmax", row, 0) == pytest.approx(-0.279, abs=1e-3)
    assert nll("log_of_softmax", row, 0) == 0
    for name in STABLE:
        assert nll(name, row, 0) == pytest.approx(truth, abs=1e-5)


@pytest.mark.parametrize(("dtype", "large"), [("float32", 2.0**26), ("float16", 8192.0), ("bfloat16", 1024.0)])
def test_adding_the_maximum_back_swallows_log_10(dtype, large):
    """A step between numbers this large is 8, and log 10 less than half of it; at half the size it is rounded to 4."""
    assert nll("lse_log_softmax", [large] * 10, 0, dtype) == 0
    assert nll("lse_log_softmax", [large / 2] * 10, 0, dtype) == 4
    for name in STABLE[1:]:
        assert nll(name, [large] * 10, 0, dtype) == pytest.approx(math.log(10), rel=0.005)


@pytest.mark.parametrize("name", ["torch_cross_entropy", "torch_log_softmax", "shifted_log_softmax"])
@pytest.mark.parametrize(
    ("dtype", "d"), [("float32", 16.64), ("float64", 36.74), ("float16", 7.63), ("bfloat16", 5.56)]
)
def test_a_confident_loss_is_exactly_zero_once_exp_is_lost_beside_one(name, dtype, d):
    """1 + exp(-d) is 1 where exp(-d) is at most half an eps, which is -log(eps / 2) = d to the digits given."""
    assert -math.log(torch.finfo(torch_dtype(dtype)).eps / 2) == pytest.approx(d, abs=0.02)
    assert nll(name, [d, 0], 0, dtype) == 0
    assert nll(name, [0.98 * d, 0], 0, dtype) > 0


@dtypes
def test_log1p_still_sees_that_loss(dtype):
    d = -math.log(torch.finfo(torch_dtype(dtype)).eps / 2) * 1.1
    rounded = torch.tensor(d, dtype=torch_dtype(dtype)).item()
    assert nll("log1p_nll", [d, 0], 0, dtype) == pytest.approx(math.exp(-rounded), rel=0.02)


@pytest.mark.parametrize("name", FORMULAS)
@dtypes
def test_a_masked_class_costs_nothing_unless_it_is_the_target(name, dtype):
    assert nll(name, [1, -INF, 0], 0, dtype) == pytest.approx(math.log(1 + math.exp(-1)), rel=0.02)
    assert nll(name, [1, -INF, 0], 1, dtype) == INF


def test_cross_entropy_itself_overflows_where_the_answer_does():
    for name in STABLE:
        assert nll(name, [40000, -40000], 1, "float16") == INF
        assert nll(name, [40000, -40000], 1, "float32") == 80000
