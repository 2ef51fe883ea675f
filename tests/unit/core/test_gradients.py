"""Gradients that are lost before or after the loss, the scale at which, and what one of them does to a batch."""

import math

import numpy as np
import pytest
import torch

from core.data import Digits
from core.dtypes import DTYPES, scaled, torch_dtype
from core.gradients import (
    REMEDIES,
    first_bad_gradients,
    first_bad_losses,
    gradient_norms,
    gradients,
    poisoned,
    right_gradient,
    scaled_with_graph,
    windows,
)
from core.losses import FORMULAS
from core.model import logits_of, prepared
from core.sweep import NEVER, SCALES, first_failures

INF, NAN = math.inf, math.nan
NAIVE, UNSHIFTED = "log_of_softmax", "unshifted_log_softmax"
formulas = pytest.mark.parametrize("formula", FORMULAS)


def batch(*rows, dtype="float32"):
    return torch.tensor(rows, dtype=torch_dtype(dtype))


def loss_and_gradient(formula, row, target, dtype="float32"):
    x, t = batch(row, dtype=dtype), torch.tensor([target])
    return FORMULAS[formula].per_sample(x, t).item(), gradients(formula, x, t)[0].tolist()


def test_the_right_gradient_is_softmax_minus_one_hot():
    x = torch.tensor([[0.0, math.log(3)], [200.0, -200.0]])
    expected = torch.tensor([[0.25, -0.25], [1.0, -1.0]])
    torch.testing.assert_close(right_gradient(x, torch.tensor([1, 1])), expected)
    assert right_gradient(x.half(), torch.tensor([1, 1])).dtype == torch.float16


@formulas
@pytest.mark.parametrize("dtype", DTYPES)
def test_on_ordinary_digits_every_formula_has_the_right_gradient(logits, digits, formula, dtype):
    x, targets = scaled(logits["untrained"][:500], 1.0, dtype), digits.targets[:500]
    found = gradients(formula, x, targets)
    assert found.dtype == x.dtype
    tolerance = 16 * torch.finfo(x.dtype).eps
    torch.testing.assert_close(found, right_gradient(x, targets), rtol=tolerance, atol=tolerance)


@formulas
def test_a_row_without_a_gradient_leaves_the_other_rows_theirs(formula):
    x = batch([2, 1, 0], [NAN, 1, 0], [89, 1, 0], [0, 1, -104.5], [-INF, -INF, -INF], [-1, 3, 0.5])
    targets = torch.tensor([0, 1, 1, 1, 0, 2])
    together = gradients(formula, x, targets)
    alone = torch.cat([gradients(formula, x[i : i + 1], targets[i : i + 1]) for i in range(len(x))])
    torch.testing.assert_close(together, alone, rtol=0, atol=0, equal_nan=True)
    assert together[[0, 5]].isfinite().all()
    assert not together[1].isfinite().all()


def test_gradients_leave_no_trace_on_the_logits_and_need_no_graph():
    x, targets = batch([2, 1, 0]), torch.tensor([0])
    with torch.no_grad():
        found = gradients(NAIVE, x, targets)
    assert not x.requires_grad
    assert not found.requires_grad
    assert x.grad is None
    grown = x.clone().requires_grad_()
    torch.testing.assert_close(gradients(NAIVE, grown * 1, targets), found)
    assert grown.grad is None


@formulas
def test_no_rows_have_no_gradients(formula):
    assert gradients(formula, torch.empty(0, 10), torch.empty(0, dtype=torch.int64)).shape == (0, 10)


def test_gradients_refuse_what_the_losses_refuse():
    with pytest.raises(KeyError, match="cross_entropy_2"):
        gradients("cross_entropy_2", batch([1, 2]), torch.tensor([0]))
    with pytest.raises(IndexError, match=r"targets\[0\] is -1"):
        gradients(NAIVE, batch([1, 2]), torch.tensor([-1]))


def test_the_smallest_row_whose_loss_is_right_and_whose_gradient_is_nan():
    loss, gradient = loss_and_gradient(NAIVE, [0, 1, -104.5], 1)
    assert loss == pytest.approx(math.log1p(math.exp(-1)), rel=1e-6)
    assert all(map(math.isnan, gradient))
    assert loss_and_gradient(UNSHIFTED, [0, 1, -104.5], 1)[1] == pytest.approx([0.268941, -0.268941, 0], abs=1e-6)


def test_the_reverse_an_infinite_loss_with_a_finite_wrong_gradient():
    x, t = batch([88.5, 88.5, 0]), torch.tensor([2])
    assert loss_and_gradient(UNSHIFTED, [88.5, 88.5, 0], 2) == (INF, [0, 0, -1])
    assert right_gradient(x, t)[0].tolist() == pytest.approx([0.5, 0.5, -1])


def test_a_mean_keeps_a_gradient_that_the_row_alone_loses():
    x, target = batch([0, -12, -1], dtype="float16"), torch.tensor([1])
    assert not gradients(NAIVE, x, target).isfinite().all()
    in_a_mean = gradients(NAIVE, x, target, 1 / 64)
    torch.testing.assert_close(in_a_mean * 64, right_gradient(x, target), rtol=0.05, atol=0.01)


def test_norms_are_lengths_in_float64_that_keep_inf_and_nan():
    norms = gradient_norms(batch([3, -4, 0], [INF, 1, 0], [NAN, INF, 0], [60_000, 60_000, 0], dtype="float16"))
    assert norms.dtype == torch.float64
    lengths = norms.tolist()
    assert lengths[:2] == [5, INF]
    assert math.isnan(lengths[2])
    assert lengths[3] == pytest.approx(60_000 * math.sqrt(2))


@pytest.mark.parametrize("dtype", DTYPES)
def test_scaling_with_a_graph_gives_the_same_logits_and_a_way_back(logits, dtype):
    leaf = logits["trained"][:2_000].clone().requires_grad_()
    x, expected = scaled_with_graph(leaf, 7.3, dtype), scaled(leaf.detach(), 7.3, dtype)
    ulps = (x.detach().double() - expected.double()).abs() / (expected.double().abs() * torch.finfo(x.dtype).eps)
    assert ulps.max() <= (1 if dtype in ("float16", "bfloat16") else 0)
    x.sum().backward()
    assert leaf.grad.unique().tolist() == pytest.approx([7.3])


# 2,000 rows at each of the 251 steps; bisection needs eight.
@pytest.mark.parametrize(
    ("formula", "dtype", "weights"),
    [
        (NAIVE, "float32", "untrained"),
        (NAIVE, "float32", "trained"),
        (NAIVE, "float16", "trained"),
        (UNSHIFTED, "bfloat16", "trained"),
        ("lse_log_softmax", "float16", "trained"),
    ],
)
def test_bisection_finds_what_looking_at_every_step_finds(logits, digits, formula, dtype, weights):
    x, targets = logits[weights][:2_000], digits.targets[:2_000]
    looks = {"gradient": [], "loss": []}
    for scale in SCALES:
        at = scaled(x, scale, dtype)
        looks["gradient"].append(~gradients(formula, at, targets).isfinite().all(-1))
        looks["loss"].append(~FORMULAS[formula].per_sample(at, targets).isfinite())
    found = windows(x, targets, dtype, formula)
    for name, steps in looks.items():
        lost = torch.stack(steps).numpy()
        assert (lost[1:] >= lost[:-1]).all(), "a row that was lost stays lost"
        expected = np.where(lost.any(0), lost.argmax(0), NEVER)
        assert expected.min() < NEVER
        assert getattr(found, name).tolist() == expected.tolist()
        assert getattr(found, name).dtype == np.int16


def test_every_trained_digit_loses_its_gradient_before_its_loss(logits, digits):
    found = windows(logits["trained"], digits.targets, "float32", NAIVE)
    assert 0 < found.gradient.min() < found.loss.min() < NEVER
    assert (found.gradient < found.loss).mean() > 0.999
    assert (found.gradient <= found.loss).all()
    assert np.array_equal(found.loss, first_failures(logits["trained"], digits.targets, "float32"))


def test_f_cross_entropy_never_loses_a_float32_gradient(logits, digits):
    x, targets = logits["trained"][:2_000], digits.targets[:2_000]
    assert set(first_bad_gradients(x, targets, "float32", "torch_cross_entropy")) == {NEVER}


def test_rows_that_are_always_or_never_lost():
    rows, targets = torch.tensor([[INF, 0.0], [0.0, 0.0], [NAN, 1.0]]), torch.tensor([1, 0, 0])
    for first in (first_bad_gradients, first_bad_losses):
        assert first(rows, targets, "float32", NAIVE).tolist() == [0, NEVER, 0]
        assert first(rows[:0], targets[:0], "float32", NAIVE).tolist() == []


@pytest.fixture(scope="module")
def trained(digits):
    return prepared("trained", 0, digits)


@pytest.fixture(scope="module")
def one_lost(trained, digits):
    """64 digits at the scale at which the first of them loses its gradient: the batch, that scale, that row."""
    first = Digits(digits.images[:64], digits.targets[:64])
    found = windows(logits_of(trained, first), first.targets, "float32", NAIVE)
    step = found.gradient.min()
    (row,) = np.flatnonzero(found.gradient == step)
    assert step < found.loss.min()
    return first, SCALES[step], row


def test_one_digit_makes_every_weight_nan_and_where_on_the_losses_does_not_help(trained, one_lost):
    few, scale, row = one_lost
    shown = poisoned(trained, few, scale)
    assert shown.bad_rows == (row,)
    assert shown.weights == 500
    assert list(shown.updates) == list(REMEDIES)
    lost = {name for name, update in shown.updates.items() if update.nan_after}
    assert lost == {"naive_mean", "where_on_the_losses"}
    for name, update in shown.updates.items():
        assert math.isfinite(update.loss)
        assert update.nan_before == 0
        assert update.nan_gradient == update.nan_after == (500 if name in lost else 0)


def test_the_remedies_differ_in_what_they_average(trained, one_lost):
    few, scale, row = one_lost
    loss = {name: update.loss for name, update in poisoned(trained, few, scale).updates.items()}
    x = scaled(logits_of(trained, few), scale, "float32")
    nll = FORMULAS["torch_cross_entropy"].per_sample(x, few.targets).double()
    others = nll.sum().item() - nll[row].item()
    assert loss["naive_mean"] == pytest.approx(nll.mean().item(), rel=1e-5)
    assert loss["cross_entropy_mean"] == pytest.approx(nll.mean().item(), rel=1e-5)
    assert loss["row_removed"] == pytest.approx(others / 63, rel=1e-5)
    assert loss["where_on_the_losses"] == loss["where_before_the_formula"] == pytest.approx(others / 64, rel=1e-5)


def test_poisoning_leaves_the_model_alone_and_needs_a_bad_row(trained, one_lost):
    few, _, _ = one_lost
    before = trained.layers[-1].weight.detach().clone()
    shown = poisoned(trained, few, 1.0)
    assert torch.equal(trained.layers[-1].weight, before)
    assert shown.bad_rows == ()
    assert not any(update.nan_gradient for update in shown.updates.values())


def test_a_row_is_bad_for_what_the_mean_asks_of_it(digits, one_lost):
    """The first float16 gradient lost by itself is whole in the mean of 64, where backward starts from 1 / 64."""
    few, _, _ = one_lost
    untrained = prepared("untrained", 0, digits)
    step = first_bad_gradients(logits_of(untrained, few), few.targets, "float16", NAIVE).min()
    shown = poisoned(untrained, few, SCALES[step], "float16")
    assert shown.bad_rows == ()
    assert not any(update.nan_gradient for update in shown.updates.values())


def test_a_batch_of_bad_rows_only_has_nothing_to_average_once_they_are_removed(trained, one_lost):
    few, _, _ = one_lost
    shown = poisoned(trained, few, 10_000.0)
    assert shown.bad_rows == tuple(range(64))
    assert math.isnan(shown.updates["row_removed"].loss)
    assert shown.updates["cross_entropy_mean"].nan_after == 0
