"""What holds for every formula, whatever the logits."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core import losses
from core.dtypes import DTYPES, torch_dtype
from core.losses import FORMULAS

LOG_SOFTMAXES = [getattr(losses, name) for name in FORMULAS if name.endswith("log_softmax") or name == "log_of_softmax"]
INF = math.inf

formulas = pytest.mark.parametrize("per_sample", [pytest.param(f.per_sample, id=f.name) for f in FORMULAS.values()])
log_softmaxes = pytest.mark.parametrize("log_softmax", LOG_SOFTMAXES, ids=lambda f: f.__name__)

# Ordinary logits, those on both sides of every dtype's limits, and what a mask or a broken model puts in.
ordinary = st.floats(-12, 12, width=16)
masked = st.one_of(ordinary, st.floats(-1000, 1000, width=16), st.just(-INF))
anything = st.one_of(masked, st.sampled_from([INF, math.nan, 0.0, -0.0, 65504.0, 1e38, -1e38]))


@st.composite
def batches(draw, values=anything, min_rows=0, max_rows=5):
    """Logits (rows, classes) in some dtype, and their targets."""
    rows, classes = draw(st.integers(min_rows, max_rows)), draw(st.integers(1, 12))
    dtype = torch_dtype(draw(st.sampled_from(DTYPES)))
    numbers = draw(st.lists(values, min_size=rows * classes, max_size=rows * classes))
    targets = draw(st.lists(st.integers(0, classes - 1), min_size=rows, max_size=rows))
    return torch.tensor(numbers, dtype=dtype).reshape(rows, classes), torch.tensor(targets, dtype=torch.int64)


def same(a, b):
    """Equal to the last bit, nan where nan."""
    return a.dtype == b.dtype and a.shape == b.shape and bool(((a == b) | (a.isnan() & b.isnan())).all())


def rounding(logits):
    """What a few roundings of numbers as large as the logits can change."""
    finite = torch.where(logits.isfinite(), logits.double().abs(), 0)
    return 4 * torch.finfo(logits.dtype).eps * (1 + finite.max().item())


def close(a, b, logits):
    return torch.allclose(a.double(), b.double(), rtol=0, atol=rounding(logits), equal_nan=True)


@formulas
@given(batch=batches())
def test_a_row_has_the_same_loss_alone_and_in_any_batch(per_sample, batch):
    logits, targets = batch
    alone = [per_sample(logits[[row]], targets[[row]]) for row in range(len(targets))]
    assert same(per_sample(logits, targets), torch.cat([*alone, logits.new_empty(0)]))


@formulas
@given(batch=batches(), data=st.data())
def test_the_losses_follow_their_rows_when_these_are_reordered(per_sample, batch, data):
    logits, targets = batch
    order = torch.tensor(data.draw(st.permutations(range(len(targets)))), dtype=torch.int64)
    assert same(per_sample(logits[order], targets[order]), per_sample(logits, targets)[order])


@formulas
@given(batch=batches(masked, min_rows=1), data=st.data())
def test_the_order_of_the_classes_does_not_matter(per_sample, batch, data):
    logits, targets = batch
    order = data.draw(st.permutations(range(logits.shape[1])))
    moved = torch.tensor([order.index(target) for target in targets.tolist()])
    assert close(per_sample(logits[:, order], moved), per_sample(logits, targets), logits)


@formulas
@given(batch=batches())
def test_losses_keep_the_dtype_and_leave_their_input_alone(per_sample, batch):
    logits, targets = batch
    kept_logits, kept_targets = logits.clone(), targets.clone()
    nll = per_sample(logits, targets)
    assert nll.dtype == logits.dtype
    assert nll.shape == targets.shape
    assert same(logits, kept_logits)
    assert torch.equal(targets, kept_targets)


@formulas
@given(batch=batches(masked, min_rows=1))
def test_how_logits_lie_in_memory_does_not_matter(per_sample, batch):
    logits, targets = batch
    by_column = logits.t().contiguous().t()
    every_other = torch.stack([logits, torch.zeros_like(logits)], dim=-1).flatten(1)[:, ::2]
    for laid_out in (by_column, every_other):
        assert same(laid_out, logits)
        assert close(per_sample(laid_out, targets), per_sample(logits, targets), logits)


@formulas
@pytest.mark.parametrize("dtype", DTYPES)
def test_an_empty_batch_has_no_losses(per_sample, dtype):
    nll = per_sample(torch.empty(0, 10, dtype=torch_dtype(dtype)), torch.empty(0, dtype=torch.int64))
    assert nll.shape == (0,)
    assert nll.dtype == torch_dtype(dtype)


@formulas
@given(logit=st.floats(-8, 8, width=16), dtype=st.sampled_from(DTYPES))
def test_one_class_is_certain(per_sample, logit, dtype):
    logits = torch.tensor([[logit]], dtype=torch_dtype(dtype))
    assert abs(per_sample(logits, torch.tensor([0])).item()) <= rounding(logits)


@pytest.mark.parametrize("name", sorted(FORMULAS.keys() - {"log_of_softmax", "unshifted_log_softmax"}))
@given(logit=st.floats(-60000, 60000, width=16), dtype=st.sampled_from(DTYPES))
def test_one_class_costs_exactly_nothing_once_the_maximum_is_out(name, logit, dtype):
    logits = torch.tensor([[logit]], dtype=torch_dtype(dtype))
    assert FORMULAS[name].per_sample(logits, torch.tensor([0])).item() == 0


@formulas
@given(batch=batches(st.just(-INF)))
def test_a_row_of_minus_infinities_is_nan_in_every_formula(per_sample, batch):
    logits, targets = batch
    assert per_sample(logits, targets).isnan().all()


@log_softmaxes
@given(batch=batches(st.floats(-8, 8, width=16), min_rows=1))
def test_log_probabilities_have_the_shape_of_the_logits_and_add_up_to_one(log_softmax, batch):
    logits, _ = batch
    log_probs = log_softmax(logits)
    assert log_probs.shape == logits.shape
    assert log_probs.dtype == logits.dtype
    total = log_probs.double().exp().sum(-1)
    torch.testing.assert_close(total, torch.ones_like(total), rtol=0, atol=20 * torch.finfo(logits.dtype).eps)


@log_softmaxes
def test_leading_axes_are_so_many_rows(log_softmax):
    logits = torch.linspace(-5, 5, 24).reshape(2, 3, 4)
    assert same(log_softmax(logits), log_softmax(logits.reshape(6, 4)).reshape(2, 3, 4))
    assert same(log_softmax(logits[0, 0]), log_softmax(logits)[0, 0])


def test_logsumexp_takes_the_last_axis_away_and_agrees_with_pytorch():
    logits = torch.linspace(-300, 300, 24).reshape(2, 3, 4)
    assert losses.logsumexp(logits).shape == (2, 3)
    torch.testing.assert_close(losses.logsumexp(logits), torch.logsumexp(logits, -1))


@pytest.mark.parametrize("row", [[-INF, -INF], [INF, 0.0], [INF, -INF]])
def test_logsumexp_by_hand_is_nan_where_pytorchs_is_guarded(row):
    x = torch.tensor(row)
    assert losses.logsumexp(x).isnan()
    assert torch.logsumexp(x, -1) == x.max()


@pytest.mark.parametrize("shift", [-3.7, 0.0, 5.0, 40.0])
def test_logsumexp_is_the_same_for_any_shift_that_loses_nothing(shift):
    x = torch.linspace(-5, 5, 24, dtype=torch.float64).reshape(2, 3, 4)
    torch.testing.assert_close(losses.shifted_logsumexp(x, shift), torch.logsumexp(x, -1))


def test_a_shift_too_low_overflows_one_too_high_underflows_and_the_maximum_does_neither():
    x = torch.tensor([300.0, 299.0, 0.0])
    found = [losses.shifted_logsumexp(x, shift).item() for shift in (0.0, 300.0, 600.0)]
    assert found == [INF, pytest.approx(300 + math.log1p(math.exp(-1))), -INF]


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_shift_by_the_maximum_is_logsumexp_to_the_bit(dtype):
    x = torch.tensor([3.3, -1.0, 2.9], dtype=torch_dtype(dtype))
    assert same(losses.shifted_logsumexp(x, x.max().item()), losses.logsumexp(x))


def test_nll_indexes_each_rows_target_and_averages():
    log_probs = torch.arange(30.0).reshape(3, 10)
    targets = torch.tensor([5, 0, 4])
    assert losses.nll_per_sample(log_probs, targets).tolist() == [-5, -10, -24]
    assert losses.nll(log_probs, targets) == -13
    assert losses.nll(log_probs.half(), targets).dtype == torch.float16


def test_the_mean_of_no_losses_is_nan():
    assert losses.nll(torch.empty(0, 10), torch.empty(0, dtype=torch.int64)).isnan()


def test_formulas_stand_under_their_own_names():
    assert {name: formula.name for name, formula in FORMULAS.items()} == {name: name for name in FORMULAS}
    assert len({formula.label for formula in FORMULAS.values()}) == len(FORMULAS)
    assert all(callable(getattr(losses, name)) for name in FORMULAS)
