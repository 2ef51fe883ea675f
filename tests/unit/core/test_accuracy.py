"""Errors in ulps against certified losses, and the bound that the log1p form must keep."""

import decimal
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.accuracy import ROWS, SCALES, accuracy_at, compared, log1p_bound, medians, sample_of, textbook_digits
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
    exact_scale = accuracy_at(z, targets, 2.0, "float32")  # a power of two: no product is rounded
    assert not exact_scale.inputs.any()
    rounded = accuracy_at(z, targets, 3.0, "float32")
    assert rounded.inputs.any()
    truth = certified_products(z, 3.0, targets)
    assert truth[0].overlaps(certified_nll([flint.arb(x) * 3 for x in z[0].tolist()], int(targets[0])))


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


def test_well_known_failures_of_one_row():
    faint = compared(torch.tensor([-103.0, -104.0, -105.0]), 0)
    assert faint.losses["unshifted_log_softmax"] == pytest.approx(-0.279, abs=1e-3)
    assert faint.losses["log_of_softmax"] == 0
    assert float(faint.truth) == pytest.approx(0.4076, abs=1e-4)
    equal = compared(torch.full((10,), 2.0**26), 0)
    assert equal.losses["lse_log_softmax"] == 0
    assert equal.errors["shifted_log_softmax"] == pytest.approx(0, abs=2)
    assert float(equal.truth) == pytest.approx(math.log(10))
