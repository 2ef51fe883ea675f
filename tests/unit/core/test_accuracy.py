"""Errors in ulps against certified losses, and the bound that the log1p form must keep."""

import decimal
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from core.accuracy import (
    DIGITS,
    ROWS,
    SCALES,
    accuracy_at,
    compared,
    input_errors,
    log1p_bound,
    medians,
    sample_of,
    textbook_digits,
)
from core.dtypes import DTYPES, limits, scaled, torch_dtype
from core.losses import FORMULAS, log1p_nll
from core.reference import as_floats, certified_losses, certified_nll, certified_products, ulp_errors, ulps

flint = pytest.importorskip("flint")


@pytest.fixture(scope="session")
def sample(logits, digits):
    """weights -> logits and targets of the rows the lab looks at."""
    rows = sample_of(len(digits))
    assert len(rows) == ROWS
    return {weights: (z[rows], digits.targets[rows]) for weights, z in logits.items()}


@pytest.mark.parametrize("weights", ["untrained", "trained"])
@pytest.mark.parametrize("scale", [0.1, 0.3, 1.0, 3.0, 10.0])
def test_the_log1p_form_is_within_an_ulp_in_the_median_and_within_its_bound_always(sample, weights, scale):
    z, targets = sample[weights]
    x = scaled(z, scale, "float32")
    error = np.abs(ulp_errors(log1p_nll(x, targets).tolist(), certified_losses(x, targets), "float32"))
    bound = log1p_bound(x, targets)
    assert np.median(error) < 1
    assert (error <= bound).all()
    assert bound.max() < 120  # not so loose that anything would pass
    if scale == 1:
        assert error.max() < 20


@given(row=st.lists(st.floats(-80, 80, width=32), min_size=2, max_size=12), data=st.data())
def test_any_row_keeps_the_bound(row, data):
    target = data.draw(st.integers(0, len(row) - 1))
    x, targets = torch.tensor([row]), torch.tensor([target])
    (error,) = np.abs(ulp_errors(log1p_nll(x, targets).tolist(), certified_losses(x, targets), "float32"))
    assert error <= log1p_bound(x, targets)[0]


def off_and_bound(row, target, dtype):
    """How many ulps log1p_nll is off on a row, and how many it may be."""
    x, targets = torch.tensor([row], dtype=torch_dtype(dtype)), torch.tensor([target])
    (error,) = np.abs(ulp_errors(log1p_nll(x, targets).tolist(), certified_losses(x, targets), dtype))
    (bound,) = log1p_bound(x, targets)
    return error, bound


@pytest.mark.parametrize("dtype", DTYPES)
@given(top=st.floats(-2, 2), gap=st.floats(0, 1), spread=st.sampled_from([0.0, 1.0]), classes=st.integers(1, 12))
def test_the_bound_holds_in_every_dtype_down_to_where_exp_vanishes(dtype, top, gap, spread, classes):
    furthest = 1.02 * limits(dtype).last_nonzero_exp
    row = [top, *(top + furthest * gap - spread * j for j in range(1, classes))]
    error, bound = off_and_bound(row, 0, dtype)
    assert error <= bound


@pytest.mark.parametrize(
    ("row", "dtype"),
    [
        ([0.2490234375, -88.5], "bfloat16"),  # exp is subnormal, and half an ulp of x_j - m is a quarter
        ([-1.75, -67.0], "bfloat16"),
        ([0.1, -88.03, -88.03], "float32"),
        ([0.0, -744.0], "float64"),
        ([0.0, -800.0], "float64"),
        ([5.0], "float32"),
    ],
)
def test_the_bound_holds_where_little_or_nothing_is_left_of_the_loss(row, dtype):
    error, bound = off_and_bound(row, 0, dtype)
    assert error <= bound < 200


def test_a_masked_class_leaves_the_bound_as_it_is_but_for_one_more_term():
    row = [1.0, 0.0, -2.0]
    _, without = off_and_bound(row, 1, "float32")
    error, bound = off_and_bound([*row, -math.inf], 1, "float32")
    assert error <= bound
    assert without < bound < without + 2


def test_small_losses_keep_their_digits_by_log1p_alone(sample):
    z, targets = sample["trained"]
    found = accuracy_at(z, targets, 1.0, "float32")
    median = {name: np.median(np.abs(error)) for name, error in found.errors.items()}
    assert median["log1p_nll"] < 1
    assert all(median[name] > 20 for name in FORMULAS if name != "log1p_nll")
    assert median["lse_log_softmax"] > 2 * median["log_of_softmax"]  # stable is not accurate
    assert found.zeros["torch_cross_entropy"] > found.zeros["log1p_nll"] == 0


@pytest.mark.parametrize("dtype", DTYPES)
def test_ulps_are_the_gaps_torch_has(dtype):
    values = [1.0, 1.5, 2.0, 0.3, 1000.0, limits(dtype).largest / 3, limits(dtype).smallest]
    x = torch.tensor(values, dtype=torch_dtype(dtype))
    above = torch.nextafter(x, torch.full_like(x, torch.inf))
    assert ulps(x.double().numpy(), dtype).tolist() == (above.double() - x.double()).tolist()


def test_below_the_smallest_normal_and_at_zero_the_gap_is_the_smallest_number():
    for dtype in DTYPES:
        smallest = limits(dtype).smallest
        assert ulps(np.array([0.0, smallest / 2, -3 * smallest]), dtype).tolist() == [smallest] * 3
    nothing = [certified_nll([5.0], 0)]
    assert ulp_errors([3 * limits("float32").smallest], nothing, "float32").tolist() == [3]


def test_a_loss_of_exactly_0_is_off_by_all_its_truth():
    truth = [certified_nll([17.0, 0.0], 0)]
    (error,) = ulp_errors([0.0], truth, "float32")
    assert error == pytest.approx(-as_floats(truth)[0] / ulps(as_floats(truth), "float32")[0], rel=1e-15)
    assert -(2.0**24) < error <= -(2.0**23)


def test_a_loss_rounded_correctly_is_half_an_ulp_off_at_most():
    truth = [certified_nll([x, 0.0], 0) for x in np.linspace(-30, 30, 200).tolist()]
    rounded = torch.from_numpy(as_floats(truth)).float().tolist()
    assert np.abs(ulp_errors(rounded, truth, "float32")).max() <= 0.5


def test_errors_are_signed_and_keep_what_is_not_finite():
    truth = [certified_nll([0.0, 0.0], 0)] * 4
    log2 = math.log(2)
    found = ulp_errors([log2, log2 + 2**-20, math.inf, math.nan], truth, "float32")
    assert abs(found[0]) < 1e-6
    assert found[1] == pytest.approx(2**-20 / 2**-24)
    assert found[2] == math.inf
    assert math.isnan(found[3])


def test_rounding_the_logits_is_kept_apart(sample):
    z, targets = sample["trained"]
    assert not input_errors(z, targets, 2.0, "float32").any()  # a power of two: no product is rounded
    assert input_errors(z, targets, 3.0, "float32").any()
    truth = certified_products(z, 3.0, targets)
    assert truth[0].overlaps(certified_nll([flint.arb(x) * 3 for x in z[0].tolist()], int(targets[0])))


def test_what_rounding_the_logits_does_is_signed_and_in_ulps_of_the_dtype():
    unscaled, targets = torch.tensor([[1.0, 0.0]]), torch.tensor([1])
    scale = 1.001  # bfloat16 has 1 and 1.0078125
    (found,) = input_errors(unscaled, targets, scale, "bfloat16")
    moved = math.log1p(math.exp(-1)) + 1 - (math.log1p(math.exp(-scale)) + scale)
    assert found == pytest.approx(moved / 2**-7, rel=1e-9)


def test_rows_whose_logits_overflow_have_no_truth_and_are_left_out(sample):
    z, targets = sample["trained"]
    found = accuracy_at(z, targets, 10_000.0, "float16")
    assert 0 < len(found.truth) < ROWS
    assert all(len(errors) == len(found.truth) for errors in found.errors.values())


def test_medians_come_scale_by_scale_and_count_lost_losses_as_infinitely_wrong(sample):
    z, targets = (it[:50] for it in sample["untrained"])
    found = list(medians(z, targets, "float32"))
    assert len(found) == len(SCALES)
    assert found[0]["log_of_softmax"] < 1
    assert found[-1]["log_of_softmax"] == math.inf
    assert found[-1]["log1p_nll"] < 1
    assert found[SCALES.index(1.0)]["inputs"] == 0


def test_fifty_digits_of_the_textbook_formula_are_wrong_and_the_certified_ones_right():
    found = compared(torch.tensor([100.0, 0.0]), 0)
    with decimal.localcontext(prec=200):
        right = (1 + decimal.Decimal(-100).exp()).ln()
    assert abs(decimal.Decimal(found.truth) / right - 1) < decimal.Decimal(10) ** -49
    assert abs(decimal.Decimal(textbook_digits([100.0, 0.0], 0)) / right - 1) > decimal.Decimal(10) ** -9
    assert float(textbook_digits([200.0, 0.0], 0)) == 0


@given(row=st.lists(st.floats(-400, 400), min_size=2, max_size=8), data=st.data())
def test_fifty_certified_digits_are_all_right(row, data):
    target = data.draw(st.integers(0, len(row) - 1))
    truth = compared(torch.tensor(row, dtype=torch.float64), target).truth
    with mp.workdps(80):
        x = sorted(map(mpf, row))
        right = (x[-1] - mpf(row[target])) + mp.log1p(mp.fsum(mp.exp(x_j - x[-1]) for x_j in x[:-1]))
        assert abs(mpf(truth) / right - 1) <= mpf(10) ** -49


def test_the_textbook_formula_takes_no_target_that_is_not_a_class():
    with pytest.raises(IndexError, match="target is -1, not one of the 2 classes"):
        textbook_digits([1.0, 2.0], -1)


def textbook_wrong(logits: torch.Tensor, targets: torch.Tensor) -> np.ndarray:
    """Which rows `textbook_digits` gets wrong by more than the eps of the logits' dtype, of the truth: bool, (rows,).

    Of the truth, and not in ulps: the dtype's gap does not shrink below its smallest number, so that a loss of
    1e-60 taken for 0 would pass in float32.
    """
    truth, eps = certified_losses(logits, targets), decimal.Decimal(torch.finfo(logits.dtype).eps)
    with decimal.localcontext(decimal.Context(prec=DIGITS, traps=[])):
        return np.array(
            [
                not abs(decimal.Decimal(textbook_digits(row, target)) - right) <= eps * right  # a nan is wrong too
                for row, target, exact in zip(logits.tolist(), targets.tolist(), truth, strict=True)
                for right in [decimal.Decimal(exact.str(DIGITS, radius=False))]
            ],
            bool,
        )


def test_a_textbook_loss_is_wrong_where_it_misses_the_truth_by_more_than_the_eps_of_it():
    # Below the smallest float32, or nan in decimals too, is as wrong as what everybody can see.
    rows = torch.tensor([[1.0, 0.0], [100.0, 0.0], [110.0, 0.0], [200.0, 0.0], [1e19, 0.0]])
    assert textbook_wrong(rows, torch.zeros(5, dtype=torch.int64)).tolist() == [False, False, True, True, True]
    assert textbook_wrong(rows[:2].double(), torch.zeros(2, dtype=torch.int64)).tolist() == [False, True]


def test_more_of_the_textbooks_fifty_digits_are_wrong_the_further_the_logits_are_apart(sample):
    z, targets = (it[:100] for it in sample["trained"])
    wrong = [int(textbook_wrong(scaled(z, scale, "float32"), targets).sum()) for scale in (1.0, 10.0, 30.0)]
    assert 0 == wrong[0] < wrong[1] < 50 < wrong[2]


def test_well_known_failures_of_one_row():
    faint = compared(torch.tensor([-103.0, -104.0, -105.0]), 0)
    assert faint.losses["unshifted_log_softmax"] == pytest.approx(-0.279, abs=1e-3)
    assert faint.losses["log_of_softmax"] == 0
    assert float(faint.truth) == pytest.approx(0.4076, abs=1e-4)
    equal = compared(torch.full((10,), 2.0**26), 0)
    assert equal.losses["lse_log_softmax"] == 0
    assert equal.errors["lse_log_softmax"] == pytest.approx(-math.log(10) / 2**-22)
    assert equal.errors["shifted_log_softmax"] == pytest.approx(0, abs=2)
    assert float(equal.truth) == pytest.approx(math.log(10))
