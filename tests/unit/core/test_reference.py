"""Certified losses: against values known in closed form, to more digits than any float holds."""

import math

import pytest
import torch

from core import reference
from core.reference import ReferenceUnavailable, as_floats, certified_losses, certified_nll

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


def test_without_the_wheel_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(reference, "AVAILABLE", False)
    with pytest.raises(ReferenceUnavailable, match="pip install python-flint"):
        certified_nll([1.0, 2.0], 0)
