"""What backward makes of each formula: its gradient, the scale at which that is lost, the batch it takes along.

A gradient is dNLL/dlogits of a row by itself, by torch's autograd through the formula as `core.losses` has it, in
the dtype of the logits. Non-finite gradients are results.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.data import Digits
from core.dtypes import Dtype, scaled, torch_dtype
from core.losses import FORMULAS, checked_targets, log_of_softmax, nll_per_sample
from core.model import LEARNING_RATE, Model
from core.sweep import NEVER, SCALES


def gradients(formula: str, logits: Tensor, targets: Tensor, upstream: float = 1.0) -> Tensor:
    """Each row's own gradient dNLL/dlogits by one formula, one backward pass for all rows.

    Shape:  (rows, classes), (rows,) -> (rows, classes)
    Dtype:  floating in, the same out; autograd computes in it too
    Edges:  the backward pass starts from `upstream` at every loss, whatever that loss is, and no operation of any
            formula mixes rows: so a row that is nan or inf stays alone. It is the weights, which rows share, that
            add gradients up. A mean starts from 1 / rows instead of 1: intermediates that overflow for the row by
            itself may then be finite
    Raises: as `checked_targets`; KeyError for a formula that is not in FORMULAS
    """
    checked, targets = checked_targets(logits, targets)
    with torch.enable_grad():
        x = checked.detach().requires_grad_()
        nll = FORMULAS[formula].per_sample(x, targets)
        (gradient,) = torch.autograd.grad(nll, x, torch.full_like(nll, upstream))
    return gradient


def right_gradient(logits: Tensor, targets: Tensor) -> Tensor:
    """What the gradient should be: softmax minus one-hot, by `F.softmax`, which takes the maximum out first.

    Shape:  (rows, classes), (rows,) -> (rows, classes)
    Dtype:  floating in, the same out
    Finite: for finite logits
    Raises: as `checked_targets`
    Source: Bridle 1990, doi:10.1007/978-3-642-76153-9_28; dNLL/dx_j = softmax(x)_j - [j = target]
    """
    x, targets = checked_targets(logits, targets)
    return F.softmax(x, dim=-1) - F.one_hot(targets, x.shape[-1])


def gradient_norms(gradient: Tensor) -> Tensor:
    """The Euclidean length of each row's gradient, taken in float64; nan where one is nan, else inf where one is.

    Shape: (rows, classes) -> (rows,), float64
    """
    return torch.linalg.vector_norm(gradient.double(), dim=-1)


def scaled_with_graph(logits: Tensor, scale: float, dtype: Dtype) -> Tensor:
    """`core.dtypes.scaled` for logits that backward must pass through: float64 product, then PyTorch's conversion.

    Shape: any -> the same
    Edges: in float32 and float64 the bits of `scaled`. Rounding to odd works on bit patterns, which have no
           gradient, so the 16-bit formats are rounded twice here, as a `.to(torch.float16)` in anybody's code is: a
           logit next to a tie may differ by one ulp. Backward multiplies by scale in float64.
    """
    return (logits.double() * scale).to(torch_dtype(dtype))


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Where on the grid SCALES each row is lost: int16, (rows,), NEVER where it is not.

    gradient: the first step at which the row's gradient is not finite
    loss:     the first step at which its loss is not finite

    Between the two lies the window in which the loss looks well and one backward pass makes the weights nan.
    """

    gradient: np.ndarray
    loss: np.ndarray


def windows(logits: Tensor, targets: Tensor, dtype: Dtype, formula: str) -> Windows:
    """Both first steps of every row. `logits` (rows, classes) as the model gave them, unscaled."""
    return Windows(
        first_bad_gradients(logits, targets, dtype, formula), first_bad_losses(logits, targets, dtype, formula)
    )


def first_bad_gradients(logits: Tensor, targets: Tensor, dtype: Dtype, formula: str) -> np.ndarray:
    """For each row the least step of SCALES at which its gradient is not finite; NEVER where it always is.

    logits: (rows, classes), unscaled; targets: (rows,)
    Returns: int16, (rows,), by bisection, which a row that recovered would mislead. None does: largest logit,
    log-sum-exp, NLL and how far a class lies below them are convex in the scale and start below their limits, and
    1 / sum overflows only where every logit is negative, where it grows steadily.
    """
    return _first_steps(lambda x: ~gradients(formula, x, targets).isfinite().all(-1), logits, dtype)


def first_bad_losses(logits: Tensor, targets: Tensor, dtype: Dtype, formula: str) -> np.ndarray:
    """For each row the least step of SCALES at which its loss is not finite; NEVER where it always is.

    As `core.sweep.first_failures`, for any formula: int16, (rows,).
    """
    return _first_steps(lambda x: ~FORMULAS[formula].per_sample(x, targets).isfinite(), logits, dtype)


def _first_steps(is_lost: Callable[[Tensor], Tensor], logits: Tensor, dtype: Dtype) -> np.ndarray:
    """The least step at which each row is lost, all rows bisected at once; `is_lost` takes scaled logits."""
    grid = torch.tensor([*SCALES, float("nan")], dtype=torch.float64)
    low = torch.zeros(len(logits), dtype=torch.int64)
    high = torch.full_like(low, NEVER)
    while (low < high).any():
        step = (low + high) // 2
        lost = is_lost(scaled(logits, grid[step, None], dtype))
        high = torch.where(lost, step, high)
        low = torch.where(lost, low, step + 1)
    return low.to(torch.int16).numpy()


def naive_mean(logits: Tensor, targets: Tensor, _bad: Tensor) -> Tensor:
    return nll_per_sample(log_of_softmax(logits), targets).mean()


def where_on_the_losses(logits: Tensor, targets: Tensor, bad: Tensor) -> Tensor:
    nll = nll_per_sample(log_of_softmax(logits), targets)
    return torch.where(bad, 0, nll).mean()


def where_before_the_formula(logits: Tensor, targets: Tensor, bad: Tensor) -> Tensor:
    safe = torch.where(bad[:, None], 0, logits)
    nll = nll_per_sample(log_of_softmax(safe), targets)
    return torch.where(bad, 0, nll).mean()


def row_removed(logits: Tensor, targets: Tensor, bad: Tensor) -> Tensor:
    return nll_per_sample(log_of_softmax(logits[~bad]), targets[~bad]).mean()


def cross_entropy_mean(logits: Tensor, targets: Tensor, _bad: Tensor) -> Tensor:
    return F.cross_entropy(logits, targets)


REMEDIES: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    remedy.__name__: remedy
    for remedy in (naive_mean, where_on_the_losses, where_before_the_formula, row_removed, cross_entropy_mean)
}


@dataclass(frozen=True, slots=True)
class Update:
    """One step of gradient descent on the last layer's weight.

    loss:         the mean loss that was differentiated
    nan_gradient: how many entries of its gradient are nan
    nan_before, nan_after: how many weights are nan before and after the step
    """

    loss: float
    nan_gradient: int
    nan_before: int
    nan_after: int


@dataclass(frozen=True, slots=True)
class Poisoned:
    """One batch, one update by each of REMEDIES.

    weights:  entries of the last layer's weight, classes times hidden units
    bad_rows: rows of the batch whose own gradient is not finite in the mean by the naive formula
    updates:  name in REMEDIES -> Update
    """

    weights: int
    bad_rows: tuple[int, ...]
    updates: dict[str, Update]


def poisoned(
    model: Model, batch: Digits, scale: float, dtype: Dtype = "float32", lr: float = LEARNING_RATE
) -> Poisoned:
    """What rows without a gradient do to the weights that all rows share; the model is left as it was.

    The weight's gradient is the sum over rows of dloss/dlogits times hidden activation, and nan plus anything is
    nan. A `where` on the losses sends such a row a gradient of 0, and 0 * nan is nan: only a `where` before the
    formula keeps the row out.

    Edges: where every row is bad and removed, the mean of nothing is nan.
    """
    *first, last = model.layers
    last = cast(nn.Linear, last)
    with torch.no_grad():
        hidden = nn.Sequential(*first)(batch.pixels(slice(None)))
        logits = scaled_with_graph(last(hidden), scale, dtype)
    bad = ~gradients("log_of_softmax", logits, batch.targets, 1 / len(batch)).isfinite().all(-1)
    updates = {}
    for name, remedy in REMEDIES.items():
        weight = last.weight.detach().clone().requires_grad_()
        x = scaled_with_graph(F.linear(hidden, weight, last.bias.detach()), scale, dtype)
        loss = remedy(x, batch.targets, bad)
        (gradient,) = torch.autograd.grad(loss, weight)
        updates[name] = Update(loss.item(), _nans(gradient), _nans(weight), _nans(weight - lr * gradient))
    return Poisoned(last.weight.numel(), tuple(bad.nonzero().flatten().tolist()), updates)


def _nans(values: Tensor) -> int:
    return int(values.isnan().sum())
