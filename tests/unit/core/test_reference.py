"""Certified losses: against values known in closed form, to more digits than any float holds."""

import importlib.util
import math
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from core import reference
from core.reference import ReferenceUnavailable, as_floats, certified_losses, certified_nll, certified_products

flint = pytest.importorskip("flint")


def exactly(build) -> object:
    """A closed form at far more bits than certified losses keep."""
    with flint.ctx.workprec(400):
        return build()


@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_equal_logits_cost_the_log_of_the_classes(classes):
    loss = certified_nll([123.456] * classes, 0)
    assert loss.overlaps(exactly(lambda: flint.arb(classes).log()))
    assert loss.rel_accuracy_bits() >= 83


@pytest.mark.parametrize("d", [1.0, 17.0, 800.0, 1e5, 1e9])
def test_a_row_well_learnt_costs_log1p_of_the_gap_however_small(d):
    loss = certified_nll([d, 0.0], 0)
    assert loss > 0
    assert loss.overlaps(exactly(lambda: (-flint.arb(d)).exp().log1p()))
    assert loss.rel_accuracy_bits() >= 83


def test_an_unlikely_target_costs_the_gap():
    loss = certified_nll([0.0, 1000.0], 0)
    assert float(loss.mid()) == 1000.0


def test_one_class_costs_nothing_and_a_masked_class_counts_nothing():
    assert certified_nll([5.0], 0) == 0
    assert certified_nll([1.0, 0.0, -math.inf], 1).overlaps(certified_nll([1.0, 0.0], 1))


@given(row=st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=12), data=st.data())
def test_any_row_agrees_with_another_library_at_sixty_digits(row, data):
    target = data.draw(st.integers(0, len(row) - 1))
    loss = certified_nll(row, target)
    with mp.workdps(60):
        x = sorted(map(mpf, row))
        truth = (x[-1] - mpf(row[target])) + mp.log1p(mp.fsum(mp.exp(x_j - x[-1]) for x_j in x[:-1]))
        assert abs(mpf(loss.mid().str(60, radius=False)) / truth - 1) < mpf(2) ** -83


@pytest.mark.parametrize("row", [[1e308, -1e308], [1e300, 0.0, -math.inf], [5e-324, 0.0]])
def test_the_widest_gaps_of_float64_leave_the_loss_as_tight(row):
    for target in (0, 1):
        loss = certified_nll(row, target)
        assert loss > 0
        assert loss.rel_accuracy_bits() >= 83


def test_where_the_largest_logit_is_shared_each_of_them_costs_the_same():
    row = [3.0, 7.0, 7.0, -1.0, 7.0]
    assert certified_nll(row, 1).mid() == certified_nll(row, 2).mid() == certified_nll(row, 4).mid()


def test_every_digit_is_certified_at_the_first_precision(logits, digits):
    for weights, scale in (("untrained", 1.0), ("trained", 1.0), ("trained", 1000.0)):
        truth = certified_losses(logits[weights][:500].double() * scale, digits.targets[:500])
        assert min(loss.rel_accuracy_bits() for loss in truth) >= 110


@given(mantissa=st.integers(1, 2**130), exponent=st.integers(-1230, 800))
def test_truth_as_a_float_is_rounded_once(mantissa, exponent):
    exact = Fraction(mantissa) * Fraction(2) ** exponent
    assert as_floats([flint.arb((mantissa, exponent))])[0] == exact.numerator / exact.denominator


def test_products_are_taken_without_rounding():
    unscaled, scale = torch.tensor([[0.1, 0.7, -math.inf, -0.3]], dtype=torch.float64), 1 / 3
    (loss,) = certified_products(unscaled, scale, torch.tensor([3]))
    products = [Fraction(z) * Fraction(scale) for z in (0.1, 0.7, -0.3)]
    with mp.workdps(60):
        x = [mpf(it.numerator) / it.denominator for it in products]
        truth = (x[1] - x[2]) + mp.log1p(mp.exp(x[0] - x[1]) + mp.exp(x[2] - x[1]))
        assert abs(mpf(loss.mid().str(60, radius=False)) / truth - 1) < mpf(10) ** -30


def test_threads_leave_the_precision_that_they_share_as_it_was():
    unscaled, targets = torch.linspace(-3, 3, 600).view(-1, 3), torch.zeros(200, dtype=torch.int64)
    alone = [loss.mid() for loss in certified_products(unscaled, 0.3, targets)]
    precision, interval = flint.ctx.prec, sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: certified_products(unscaled, 0.3, targets), range(12)))
    finally:
        sys.setswitchinterval(interval)
    assert flint.ctx.prec == precision
    assert all([loss.mid() for loss in losses] == alone for losses in found)


def test_losses_of_many_rows_are_those_of_each():
    logits = torch.tensor([[1.0, 2.0, 3.0], [-4.0, 0.0, 100.0]])
    truth = as_floats(certified_losses(logits, torch.tensor([2, 0])))
    assert truth[0] == pytest.approx(math.log(1 + math.exp(-1) + math.exp(-2)), rel=1e-15)
    assert truth[1] == 104.0


@pytest.mark.parametrize(
    ("row", "target", "error", "said"),
    [
        ([], 0, ValueError, "without classes"),
        ([1.0, 2.0], 2, IndexError, "target is 2, not one of the 2 classes"),
        ([1.0, 2.0], -1, IndexError, "target is -1"),
        ([1.0, math.nan], 0, ValueError, "logit 1 is nan"),
        ([math.inf, 1.0], 1, ValueError, "logit 0 is inf"),
        ([-math.inf, 1.0], 0, ValueError, "its loss is infinite"),
    ],
)
def test_what_has_no_certified_loss_is_refused_with_a_reason(row, target, error, said):
    with pytest.raises(error, match=said):
        certified_nll(row, target)


def test_an_enclosure_that_no_precision_could_tighten_is_refused():
    with pytest.raises(ValueError, match=r"logit 1 is .* not one number"):
        certified_nll([1.0, flint.arb("0.1")], 0)


def test_a_row_that_is_an_array_is_measured_by_its_length():
    assert certified_nll(torch.tensor([1.0, 0.0]).double().numpy(), 0).mid() == certified_nll([1.0, 0.0], 0).mid()


def test_without_the_wheel_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(reference, "AVAILABLE", False)
    logits, targets = torch.tensor([[1.0, 2.0]]), torch.tensor([0])
    for certify in (
        lambda: certified_nll([1.0, 2.0], 0),
        lambda: certified_losses(logits, targets),
        lambda: certified_products(logits, 2.0, targets),
    ):
        with pytest.raises(ReferenceUnavailable, match="pip install python-flint"):
            certify()


def test_without_the_wheel_the_module_can_still_be_imported(monkeypatch):
    monkeypatch.setitem(sys.modules, "flint", None)
    spec = importlib.util.find_spec("core.reference")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert not module.AVAILABLE
    with pytest.raises(module.ReferenceUnavailable, match="pip install python-flint"):
        module.certified_nll([1.0, 2.0], 0)
