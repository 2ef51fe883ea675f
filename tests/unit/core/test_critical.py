"""Critical scales against torch at both sides of them, and against the bisected grid."""

import math

import numpy as np
import pytest
import torch

from core.critical import critical_gradient_scale, critical_scale, critical_scales
from core.dtypes import limits, scaled
from core.gradients import first_bad_losses, gradients
from core.losses import FORMULAS
from core.outcomes import CAUSES, causes, outcomes
from core.prediction import predicted, predicted_gradient
from core.sweep import NEVER, SCALES

FRAGILE = ("log_of_softmax", "unshifted_log_softmax")
ROWS = slice(None, None, 25)


@pytest.mark.parametrize("weights", ["untrained", "trained"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("formula", FRAGILE)
def test_losses_die_just_past_the_critical_scale_and_live_just_before(digits, logits, formula, dtype, weights):
    z, targets = logits[weights][ROWS], digits.targets[ROWS]
    critical = torch.from_numpy(critical_scale(z, targets, dtype, formula))
    for factor, lives in ((1 - 1e-5, True), (1 + 1e-5, False)):
        x = scaled(z, (critical * factor)[:, None], dtype)
        assert (FORMULAS[formula].per_sample(x, targets).isfinite() == lives).all()


@pytest.mark.parametrize("weights", ["untrained", "trained"])
@pytest.mark.parametrize("formula", FRAGILE)
def test_gradients_die_just_past_the_critical_scale_and_live_just_before(digits, logits, formula, weights):
    z, targets = logits[weights][ROWS], digits.targets[ROWS]
    critical = torch.from_numpy(critical_gradient_scale(z, targets, "float32", formula))
    for factor, lives in ((1 - 1e-4, True), (1 + 1e-4, False)):
        x = scaled(z, (critical * factor)[:, None], "float32")
        assert (gradients(formula, x, targets).isfinite().all(-1) == lives).all()


def test_the_track_finds_the_same_number_at_each_scale(digits, logits):
    critical = critical_scale(logits["untrained"], digits.targets, "float32", "log_of_softmax")
    steps = first_bad_losses(logits["untrained"], digits.targets, "float32", "log_of_softmax")
    found = np.bincount(steps, minlength=NEVER + 1)[:NEVER].cumsum()
    told = (critical[:, None] <= np.array(SCALES)[None, ::10]).sum(0)
    assert told.tolist() == found[::10].tolist()


def test_each_cause_has_the_scale_of_its_closed_form():
    z, targets = torch.tensor([[2.0, -1.0, 0.0], [-1.0, -2.0, -3.0]]), torch.tensor([1, 0])
    found = critical_scales(z, targets, "float32", "log_of_softmax")
    ends = limits("float32")
    assert found["exp overflows"] == pytest.approx([ends.first_inf_exp / 2, math.inf], rel=1e-7)
    assert found["target underflows"] == pytest.approx([-ends.last_nonzero_exp, -ends.last_nonzero_exp], rel=1e-6)
    assert found["whole row underflows"] == pytest.approx([math.inf, -ends.last_nonzero_exp], rel=1e-6)
    assert found["sum overflows"][0] <= found["exp overflows"][0]
    assert found["quotient underflows"][0] == pytest.approx(-ends.last_nonzero_exp / 3, rel=1e-6)
    assert found["quotient underflows"][1] == math.inf


def test_ties_add_up_before_any_exp_overflows():
    z = torch.ones(1, 1000)
    found = critical_scales(z, torch.tensor([0]), "float32", "log_of_softmax")
    top = math.log(limits("float32").largest)
    assert found["sum overflows"][0] == pytest.approx(top - math.log(1000), rel=1e-7)


def test_so_many_classes_that_the_sum_overflows_at_any_scale():
    z = torch.zeros(1, 70_000)
    found = critical_scales(z, torch.tensor([0]), "float16", "log_of_softmax")
    assert found["sum overflows"][0] == 0


# More classes than float16 counts to: shares of rows like these, and whether any formula adds them up to inf.
CROWDED = {
    "uniform": torch.zeros(65_536),
    "as many as overflow": torch.zeros(65_521),
    "as many as do not": torch.zeros(65_519),
    "uniform and negative": torch.full((65_536,), -1.0),
    "one stands out": torch.tensor([5.0] + [0.0] * 65_535),
}


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("row", CROWDED)
def test_a_row_of_more_classes_than_float16_counts_to_is_lost_where_torch_loses_it(row, formula):
    x, target = CROWDED[row].half()[None], torch.tensor([1])
    nll = FORMULAS[formula].per_sample(x, target)
    outcome, cause = predicted(x, target, formula)
    assert outcome.tolist() == outcomes(nll).tolist()
    assert cause.tolist() == causes(formula, x, target, nll).tolist()
    assert (critical_scale(x, target, "float16", formula) <= 1).item() == (not nll.isfinite())
    finite = gradients(formula, x, target).isfinite().all(-1)
    assert predicted_gradient(x, target, formula).tolist() == finite.tolist()
    assert (critical_gradient_scale(x, target, "float16", formula) <= 1).item() == (not finite)
    if not nll.isfinite():
        assert CAUSES[cause[0]] == "sum overflows"


def test_stable_formulas_last_until_the_answer_itself_is_too_large(digits, logits):
    critical = critical_scale(logits["trained"][:100], digits.targets[:100], "float16", "torch_cross_entropy")
    assert critical.min() > limits("float16").largest / 40


def test_an_unknown_formula_is_refused():
    with pytest.raises(ValueError, match="formula is 'softmax'"):
        critical_scales(torch.zeros(1, 2), torch.tensor([0]), "float32", "softmax")
