"""What the losses refuse, in which words; and what `near` calls near."""

import math

import pytest
import torch

from core import losses
from core.losses import FORMULAS, checked_logits, checked_targets, near

LOGITS = torch.zeros(3, 10)
TARGETS = torch.tensor([5, 0, 4])

formulas = pytest.mark.parametrize("per_sample", [pytest.param(f.per_sample, id=f.name) for f in FORMULAS.values()])


@pytest.mark.parametrize(
    ("logits", "error", "message"),
    [
        ([[1.0, 2.0]], TypeError, "logits must be a torch.Tensor, not list"),
        (torch.zeros(2, 3, dtype=torch.int64), TypeError, "floating point, not torch.int64: convert them with .float"),
        (torch.zeros(2, 3, dtype=torch.bool), TypeError, "floating point, not torch.bool"),
        (torch.zeros(2, 0), ValueError, r"shape \(2, 0\) have no classes on their last axis"),
        (torch.tensor(1.0), ValueError, r"shape \(\) have no classes on their last axis"),
    ],
)
def test_logits_that_are_none_are_refused_by_every_log_softmax(logits, error, message):
    takers = [checked_logits, losses.logsumexp, losses.log_of_softmax, losses.unshifted_log_softmax]
    takers += [losses.lse_log_softmax, losses.shifted_log_softmax, losses.torch_log_softmax]
    for take in takers:
        with pytest.raises(error, match=message):
            take(logits)


@formulas
@pytest.mark.parametrize(
    ("logits", "targets", "error", "message"),
    [
        ([[1.0]], TARGETS, TypeError, "must be a torch.Tensor, not list"),
        (torch.zeros(10), torch.tensor([1]), ValueError, r"must be \(rows, classes\), not of shape \(10,\)"),
        (torch.zeros(1, 3, 10), TARGETS, ValueError, r"must be \(rows, classes\), not of shape \(1, 3, 10\)"),
        (LOGITS, [5, 0, 4], TypeError, "targets must be a tensor of integers, one class per row"),
        (LOGITS, TARGETS.float(), TypeError, "targets must be a tensor of integers"),
        (LOGITS, TARGETS > 0, TypeError, "targets must be a tensor of integers"),
        (LOGITS, TARGETS[:2], ValueError, r"shape \(3,\) like the rows of logits, not \(2,\)"),
        (LOGITS, TARGETS[:, None], ValueError, r"shape \(3,\) like the rows of logits, not \(3, 1\)"),
        (LOGITS, torch.tensor(5), ValueError, r"shape \(3,\) like the rows of logits, not \(\)"),
        (LOGITS, torch.tensor([5, 10, 4]), IndexError, r"targets\[1\] is 10, not one of the 10 classes 0 to 9"),
        (LOGITS, torch.tensor([5, 0, -1]), IndexError, r"targets\[2\] is -1, not one of the 10 classes"),
        (LOGITS, torch.tensor([-100, 0, 99]), IndexError, r"targets\[0\] is -100, not one of the 10 classes"),
    ],
)
def test_every_formula_says_what_is_wrong_and_where(per_sample, logits, targets, error, message):
    with pytest.raises(error, match=message):
        per_sample(logits, targets)


def test_nll_refuses_the_target_that_plain_indexing_would_take_for_the_last_class():
    log_probs = torch.arange(4.0)[None]
    assert log_probs[[0], [-1]] == 3
    with pytest.raises(IndexError, match=r"targets\[0\] is -1"):
        losses.nll(log_probs, torch.tensor([-1]))


def test_what_passes_the_checks_comes_back_as_it_was():
    assert checked_logits(LOGITS) is LOGITS
    logits, targets = checked_targets(LOGITS, TARGETS)
    assert logits is LOGITS
    assert targets is TARGETS


@pytest.mark.parametrize("name", ["log_of_softmax", "lse_log_softmax"])
def test_targets_of_int32_do_as_well(name):
    logits = torch.arange(30.0).reshape(3, 10)
    per_sample = FORMULAS[name].per_sample
    assert torch.equal(per_sample(logits, TARGETS.int()), per_sample(logits, TARGETS))


@pytest.mark.parametrize("value", [1e-8, 1.0, 300.0, -1e6])
def test_near_allows_a_thousandth_and_a_hundred_thousandth(value):
    allowed = 1e-5 + 1e-3 * abs(value)
    b = torch.tensor([0.0, value], dtype=torch.float64)
    for sign in (-1, 1):
        inside = b + torch.tensor([0, sign * 0.999 * allowed])
        outside = b + torch.tensor([0, sign * 1.001 * allowed])
        assert near(inside, b)
        assert not near(outside, b)


@pytest.mark.parametrize(
    ("a", "b", "agree"),
    [
        (math.inf, math.inf, True),
        (math.inf, -math.inf, False),
        (math.inf, 1e38, False),
        (math.nan, math.nan, False),
        (math.nan, 0.0, False),
        (0.0, -0.0, True),
    ],
)
def test_near_takes_infinities_for_equal_and_nan_for_near_nothing(a, b, agree):
    assert near(torch.tensor([1.0, a]), torch.tensor([1.0, b])) is agree


def test_test_near_passes_in_silence_and_fails_with_the_largest_difference():
    a = torch.tensor([1.0, 2.0, 3.0])
    losses.test_near(a, a.clone())
    with pytest.raises(AssertionError, match=r"differ by up to 0\.5"):
        losses.test_near(a, a + torch.tensor([0.0, -0.5, 0.25]))


def test_pytest_does_not_collect_the_notebooks_check():
    assert vars(losses.test_near)["__test__"] is False
