"""What the gradient lab claims of a view."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from core.dtypes import Dtype, shortest, torch_dtype
from core.gradients import gradients, right_gradient
from core.losses import FORMULAS, torch_cross_entropy
from core.prediction import ends
from core.sweep import NEVER, SCALES
from core.view import View
from pages.parts import cached, cached_labs
from pages.parts.claims import began, counted

NAIVE, UNSHIFTED = "log_of_softmax", "unshifted_log_softmax"


def first_lost(view: View) -> str:
    """Where on the track the first gradient goes, and where the first loss."""
    lost = cached_labs.gradient_windows(view)
    gradient, loss = int(lost.gradient.min()), int(lost.loss.min())
    begin = f"In {view.dtype} with {view.weights} weights the naive formula"
    if gradient == NEVER:
        return f"{begin} keeps every digit's gradient over the whole track."
    at = f"{begin} first loses a digit's gradient on the step to ×{SCALES[gradient]:g}"
    if loss == NEVER:
        return f"{at}, and no digit's loss over the whole track."
    if loss == gradient:
        return f"{at}, and a digit's loss on the same step."
    until = "until the step before that one, every loss looks fine"
    return f"{at}, and the first loss on the step to ×{SCALES[loss]:g}: {until}."


def lost_at(view: View) -> tuple[np.ndarray, np.ndarray]:
    """Which digits have no finite gradient at exactly the view's scale, and which no finite loss: bool, (50,000,).

    A digit that is lost stays lost, so only those that go between two steps of the track need a look.
    """
    lost = cached_labs.gradient_windows(replace(view, sample=None))
    below = int(np.searchsorted(SCALES, view.scale, side="right")) - 1
    gradient, loss = lost.gradient <= below, lost.loss <= below
    between = np.flatnonzero((lost.gradient == below + 1) | (lost.loss == below + 1))
    if SCALES[below] < view.scale and len(between):
        x, targets = cached_labs.scaled_rows(view, between), cached.digits().targets[between]
        gradient[between], loss[between] = cached.torch_thread().run(_lost, x, targets)
    return gradient, loss


def _lost(x: Tensor, targets: Tensor) -> tuple[np.ndarray, np.ndarray]:
    gradient = gradients(NAIVE, x, targets).isfinite().all(-1)
    return ~gradient.numpy(), ~FORMULAS[NAIVE].per_sample(x, targets).isfinite().numpy()


def lost_here(view: View) -> str:
    """How many digits have lost what at the view's scale."""
    gradient, loss = lost_at(view)
    digits, hidden = len(gradient), int((gradient & ~loss).sum())
    begin = f"At ×{view.scale:g} the naive formula"
    if not gradient.any() and not loss.any():
        return f"{begin} gives every digit a finite loss and a finite gradient."
    if loss.all() and gradient.all():
        return f"{begin} has lost loss and gradient of {counted(digits, of=digits)}."
    return (
        f"{begin} has lost the gradient of {counted(int(gradient.sum()), of=digits)} and the loss of "
        f"{counted(int(loss.sum()), of=digits)}: "
        + (f"for {counted(hidden)} the loss still looks fine." if hidden else "no loss that looks fine hides one.")
    )


def widths(view: View) -> str:
    """How far apart a digit loses gradient and loss."""
    lost = cached_labs.gradient_windows(view)
    both = (lost.gradient < NEVER) & (lost.loss < NEVER)
    factor = np.array(SCALES)[lost.loss[both]] / np.array(SCALES)[lost.gradient[both]]
    if not len(factor):
        return "No digit loses both its gradient and its loss on the track."
    steps = f"on the track, whose steps are {100 * (SCALES[1] / SCALES[0] - 1):.2g} % apart"
    if len(factor) == 1:
        return f"One digit loses both {steps}: its loss at ×{factor[0]:.3g} the scale of its gradient."
    return (
        f"{began(counted(len(factor), of=len(both)))} lose both {steps}. The width of a digit's window, the factor "
        f"between both scales, is {factor.min():.3g} at least, {np.median(factor):.3g} in the median and "
        f"{factor.max():.3g} at most."
    )


def right_column(right: Tensor) -> str:
    """What the table's last column is. right: a row's right gradient, (classes,)"""
    if right.isfinite().all():
        return (
            "The last column is what the gradient should be: softmax minus one-hot. F.cross_entropy computes just "
            "that, after the maximum is taken out."
        )
    return (
        "The last column, softmax minus one-hot, is nan too: a logit of this digit is inf before any formula runs, and "
        "F.cross_entropy, which takes the maximum out, meets inf - inf."
    )


def row_without_gradient(dtype: Dtype) -> list[float] | None:
    """A row [0, 1, -n] with the least whole n whose naive loss of class 1 is right and whose gradient is nan."""
    n = torch.arange(1.0, 2 - np.floor(ends(dtype).bottom))
    x = torch.stack([torch.zeros_like(n), torch.ones_like(n), -n], -1).to(torch_dtype(dtype))
    targets = torch.ones(len(x), dtype=torch.int64)
    right = torch_cross_entropy(x.double(), targets)
    off = (FORMULAS[NAIVE].per_sample(x, targets).double() - right).abs()
    found = (off <= 2 * torch.finfo(x.dtype).eps * right) & gradients(NAIVE, x, targets).isnan().any(-1)
    return _first(x, found)


def row_without_loss(dtype: Dtype) -> list[float] | None:
    """A row [h, h, 0] whose unshifted loss of class 2 is inf, and the gradient finite and wrong; h has few digits.

    One exp of h fits, two of them do not.
    """
    top = ends(dtype).top
    h = torch.tensor([np.floor(top * 10**digits) / 10**digits for digits in range(6)])
    x = torch.stack([h, h, torch.zeros_like(h)], -1).to(torch_dtype(dtype))
    targets = torch.full((len(x),), 2)
    gradient, right = gradients(UNSHIFTED, x, targets), right_gradient(x, targets)
    wrong = gradient.isfinite().all(-1) & ((gradient - right).abs().amax(-1) > 0.1)
    return _first(x, FORMULAS[UNSHIFTED].per_sample(x, targets).isposinf() & wrong)


def _first(rows: Tensor, found: Tensor) -> list[float] | None:
    return rows[found][0].tolist() if found.any() else None


def memorable(dtype: Dtype) -> list[tuple[object, ...]]:
    """Lines of a table: a loss without its gradient, and a gradient without its loss, as far as the dtype has such."""
    looked_for = (
        ("the loss is right, the gradient nan", NAIVE, row_without_gradient(dtype), 1),
        ("the loss is inf, the gradient finite and wrong", UNSHIFTED, row_without_loss(dtype), 2),
    )
    return [_line(what, formula, row, target, dtype) for what, formula, row, target in looked_for if row]


def _line(what: str, formula: str, row: Sequence[float], target: int, dtype: Dtype) -> tuple[object, ...]:
    x, targets = torch.tensor([row], dtype=torch_dtype(dtype)), torch.tensor([target])
    found, right = gradients(formula, x, targets)[0], right_gradient(x, targets)[0]
    return (
        what,
        FORMULAS[formula].label,
        ", ".join(shortest(value, dtype) for value in row),
        target,
        f"{FORMULAS[formula].per_sample(x, targets).item():.5g}",
        ", ".join(f"{value + 0.0:.3g}" for value in found.tolist()),
        ", ".join(f"{value + 0.0:.3g}" for value in right.tolist()),
    )


def why_memorable(dtype: Dtype) -> str:
    """How each of those rows comes about."""
    reasons = (
        (
            row_without_gradient(dtype),
            "A loss without its gradient: a class that nobody asked about underflows, its share is 0, log's backward "
            "divides 0 by it, and 0 / 0 is nan.",
        ),
        (
            row_without_loss(dtype),
            "A gradient without its loss: the sum overflows, so the exps' way back is divided by inf and vanishes.",
        ),
    )
    return " ".join(why for row, why in reasons if row) or f"{dtype} has no such row of three logits."
