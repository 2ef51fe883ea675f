"""A row walked back ends at the gradient that autograd gave the batch, and the operation named is what lost it."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.backward import backward_walk
from core.dtypes import DTYPES, limits, scaled, torch_dtype
from core.gradients import gradients
from core.walk import WALKS

INF, NAN = math.inf, math.nan
NAIVE, UNSHIFTED, LSE = WALKS
ROWS = range(0, 50_000, 2_503)
SAME = {"rtol": 0, "atol": 0, "equal_nan": True}
walks = pytest.mark.parametrize("formula", WALKS)


def row(*values, dtype="float32"):
    return torch.tensor(values, dtype=torch_dtype(dtype))


@pytest.mark.parametrize("formula", [UNSHIFTED, LSE])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_walk_back_ends_at_the_bits_that_the_batch_gave(logits, digits, formula, dtype):
    for weights, scale in (("untrained", 1), ("untrained", 300), ("trained", 9)):
        x = scaled(logits[weights], scale, dtype)[ROWS]
        targets = digits.targets[ROWS]
        found = [backward_walk(formula, x[i], int(targets[i])).steps[-1].gradient for i in range(len(x))]
        torch.testing.assert_close(torch.stack(found), gradients(formula, x, targets), **SAME)


@pytest.mark.parametrize("dtype", DTYPES)
def test_writing_exp_once_or_twice_differs_in_last_bits_only(logits, digits, dtype):
    """The walk adds the two gradients of exp before multiplying; the formula, which has exp twice, after."""
    differ = 0
    for weights, scale in (("untrained", 1), ("untrained", 300), ("trained", 3)):
        x = scaled(logits[weights], scale, dtype)[ROWS]
        targets = digits.targets[ROWS]
        whole = gradients(NAIVE, x, targets)
        found = torch.stack([backward_walk(NAIVE, x[i], int(targets[i])).steps[-1].gradient for i in range(len(x))])
        assert torch.equal(found.isfinite(), whole.isfinite())
        eps = 4 * torch.finfo(x.dtype).eps
        torch.testing.assert_close(found, whole, rtol=eps, atol=eps, equal_nan=True)
        differ += int(((found != whole) & whole.isfinite()).sum())
    assert differ > 0


def test_each_gradient_is_that_of_the_loss_by_its_intermediate():
    """Differentiated by hand, with p the softmax and t the target."""
    x = row(3, -1, 2, dtype="float64")
    hot, e = row(1, 0, 0, dtype="float64"), x.exp()
    total, p = e.sum(), x.softmax(-1)
    shifted = (x - 3).exp().sum()
    expected = {
        NAIVE: [-hot, -hot / p, 1 / total, 1 / total - hot / e, p - hot],
        UNSHIFTED: [-hot, row(1, dtype="float64")[0], 1 / total, (1 / total).expand(3), p - hot],
        LSE: [-hot, row(1)[0].double(), 1 / shifted, (1 / shifted).expand(3), p, row(0)[0].double(), p - hot],
    }
    for formula, by_hand in expected.items():
        walked = backward_walk(formula, x, 0)
        assert [step.code for step in walked.steps] == [step.code for step in reversed(WALKS[formula](x))]
        assert walked.steps[-1].values.tolist() == x.tolist()
        assert walked.cause == "none"
        assert walked.lost_in is None
        assert walked.nll.item() == pytest.approx(-math.log(p[0]))
        for step, gradient in zip(walked.steps, by_hand, strict=True):
            torch.testing.assert_close(step.gradient, gradient)


@pytest.mark.parametrize(
    ("formula", "x", "target", "code", "at", "cause"),
    [
        (NAIVE, row(0, 1, -104.5), 1, "exp(x) / sum", 2, "0 / 0 in log's backward"),
        (NAIVE, row(80, 0, -80), 0, "exp(x) / sum", 2, "0 / 0 in log's backward"),
        (NAIVE, row(0, 1, -104.5), 2, "exp(x) / sum", 2, "finite / 0 in log's backward"),
        (NAIVE, row(0, -90), 1, "exp(x) / sum", 1, "finite / finite in log's backward"),
        (NAIVE, row(1, 89), 0, "exp(x) / sum", 0, "finite / 0 in log's backward"),
        (NAIVE, row(89, 1), 0, "exp(x) / sum", 0, "finite / nan in log's backward"),
        (NAIVE, row(-90, -91), 0, "sum", 0, "finite / finite in the quotient's backward"),
        (NAIVE, row(-87, -89), 1, "exp(x)", 1, "finite / finite in the quotient's backward"),
        (NAIVE, row(-11.8828125, -12.3984375, dtype="float16"), 0, "sum", 0, None),
        (UNSHIFTED, row(89, 1), 0, "x", 0, "0 · inf in exp's backward"),
        (UNSHIFTED, row(-104, -105), 0, "sum", None, "finite / 0 in log's backward"),
        (UNSHIFTED, row(-90, -91), 0, "sum", None, "finite / finite in log's backward"),
        (LSE, row(INF, 0), 1, "sum", None, "finite / nan in log's backward"),
    ],
)
def test_each_cause_has_a_row_that_shows_it(formula, x, target, code, at, cause):
    walked = backward_walk(formula, x, target)
    lost = walked.lost_in
    assert (walked.steps[lost.step].code, lost.at) == (code, at)
    assert walked.cause == (cause or "finite · finite in the quotient's backward")


def test_the_numbers_are_there():
    lost = backward_walk(NAIVE, row(0, 1, -104.5), 1).lost_in
    assert (lost.step, lost.at, lost.where, lost.symbol, lost.left, lost.right) == (1, 2, "log's backward", "/", 0, 0)
    assert math.isnan(lost.result)
    lost = backward_walk(NAIVE, row(-11.8828125, -12.3984375, dtype="float16"), 0).lost_in
    assert lost.left == pytest.approx(1 + math.exp(-0.515625), rel=0.01)  # 1 / p, the quotient's own sign turned round
    assert lost.result == INF
    lost = backward_walk(UNSHIFTED, row(1, 89), 0).lost_in
    assert (lost.at, lost.left, lost.right) == (1, 0, INF)
    lost = backward_walk(NAIVE, row(0, -90), 1).lost_in
    assert (lost.left, lost.result) == (-1, -INF)
    assert lost.right == pytest.approx(math.exp(-90), rel=1e-6)


def test_the_reverse_case_loses_nothing_on_its_way_back():
    walked = backward_walk(UNSHIFTED, row(88.5, 88.5, 0), 2)
    assert (walked.nll.item(), walked.cause) == (INF, "none")
    assert {step.code: step.gradient.tolist() for step in walked.steps}["sum"] == 0
    assert walked.steps[-1].gradient.tolist() == [0, 0, -1]


def test_a_share_of_a_mean_survives_what_the_row_alone_does_not():
    x = row(0, -12, -1, dtype="float16")
    assert backward_walk(NAIVE, x, 1).cause == "finite / finite in log's backward"
    in_a_mean = backward_walk(NAIVE, x, 1, 1 / 64)
    assert in_a_mean.cause == "none"
    assert in_a_mean.steps[0].gradient.tolist() == [0, -1 / 64, 0]


@walks
@given(data=st.data())
def test_whatever_the_row_the_operation_named_is_the_first_that_was_lost(formula, data):
    dtype = data.draw(st.sampled_from(DTYPES))
    ends = limits(dtype)
    near = [st.floats(end - 2, end + 2) for end in (ends.last_finite_exp, ends.last_nonzero_exp, -ends.last_finite_exp)]
    values = st.one_of(*near, st.floats(-3, 3), st.sampled_from([INF, -INF, NAN]))
    x = row(*data.draw(st.lists(values, min_size=1, max_size=5)), dtype=dtype)
    target = data.draw(st.integers(0, len(x) - 1))
    walked = backward_walk(formula, x, target, data.draw(st.sampled_from([1.0, 1 / 64])))
    finite = [bool(step.gradient.isfinite().all()) for step in walked.steps]
    assert (walked.cause == "none") == all(finite)
    assert {step.gradient.dtype for step in walked.steps} == {x.dtype}
    if lost := walked.lost_in:
        assert lost.step == finite.index(False)
        assert not math.isfinite(lost.result)
        operate = {"/": torch.div, "·": torch.mul}[lost.symbol]
        again = operate(row(lost.left, dtype=dtype), row(lost.right, dtype=dtype))
        assert repr(again.item()) == repr(lost.result)


@walks
def test_a_walk_back_refuses_what_is_no_row_and_leaves_the_row_alone(formula):
    with pytest.raises(ValueError, match=r"one row of logits, not a tensor of shape \(2, 3\)"):
        backward_walk(formula, torch.zeros(2, 3), 0)
    with pytest.raises(IndexError, match="target is 3"):
        backward_walk(formula, row(1, 2, 3), 3)
    with pytest.raises(TypeError, match="not list"):
        backward_walk(formula, [1.0], 0)
    x = row(1, 2, 3)
    with torch.no_grad():
        walked = backward_walk(formula, x, 0)
    assert x.grad is None
    assert not x.requires_grad
    assert not any(step.values.requires_grad or step.gradient.requires_grad for step in walked.steps)
