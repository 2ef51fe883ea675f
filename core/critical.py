"""Critical scales: how far a row's logits can be multiplied before each cause sets in, in closed form.

Each condition has the form  a LSE(s z) + s b >= limit  with the row z, its scale s, and an end of the dtype as limit.
The left side is convex in s (concave where a < 0), so Newton's method from the proper side closes in on the least
such s without ever passing it.

A critical scale is that of the exact product s z. Rounding s z to the dtype moves it by about the relative size of the
rounding, and does so differently from one s to the next, so that no single scale is the rounded one. Asked for the
steps of a grid instead, `critical_steps` looks at the logits that are rounded there.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.dtypes import Dtype, scaled
from core.outcomes import CAUSES
from core.prediction import Ends, Facts, checked_formula, ends, facts

_NEWTON_STEPS = 30  # quadratic near the root, a halving far from it; both ends of any row are met long before


@dataclass(frozen=True, slots=True)
class Condition:
    """a LSE(s z) + s b >= limit: b a logit of the unscaled row, or minus one, or 0; limit from the dtype."""

    a: float
    b: Callable[[Facts], Tensor]
    limit: Callable[[Ends], float]


_EXP = Condition(0, lambda f: f.largest, lambda end: end.top)
_SUM = Condition(1, lambda f: torch.zeros_like(f.largest), lambda end: end.top)
_SHIFTED_SUM = Condition(1, lambda f: -f.largest, lambda end: end.top)
_ROW = Condition(0, lambda f: -f.largest, lambda end: -end.bottom)
_TARGET = Condition(0, lambda f: -f.target, lambda end: -end.bottom)
_QUOTIENT = Condition(1, lambda f: -f.target, lambda end: -end.bottom)
# Another class than the target may become -inf: its share is 0 then, and no loss is lost by it.
_LOGIT = Condition(0, lambda f: torch.maximum(f.largest, -f.target), lambda end: end.most)
_ANSWER = Condition(1, lambda f: -f.target, lambda end: end.most)

_OF_LOSS: dict[str, dict[str, Condition]] = {
    "log_of_softmax": {
        "logit overflows": _LOGIT,
        "exp overflows": _EXP,
        "sum overflows": _SUM,
        "whole row underflows": _ROW,
        "target underflows": _TARGET,
        "quotient underflows": _QUOTIENT,
    },
    "unshifted_log_softmax": {
        "logit overflows": _LOGIT,
        "exp overflows": _EXP,
        "sum overflows": _SUM,
        "whole row underflows": _ROW,
    },
}
_OF_STABLE_LOSS = {"logit overflows": _LOGIT, "sum overflows": _SHIFTED_SUM, "answer exceeds the dtype": _ANSWER}

_OF_GRADIENT: dict[str, tuple[Condition, ...]] = {
    "log_of_softmax": (
        *_OF_LOSS["log_of_softmax"].values(),
        Condition(0, lambda f: -f.least, lambda end: -end.bottom),
        Condition(1, lambda f: -f.least, lambda end: -end.bottom),
        Condition(1, lambda f: -f.target, lambda end: -end.faint),
        Condition(0, lambda f: -f.target, lambda end: end.top),
        Condition(-2, lambda f: f.largest, lambda end: end.top),
    ),
    "unshifted_log_softmax": (_EXP, Condition(-1, lambda f: torch.zeros_like(f.largest), lambda end: -end.faint)),
}
# Where the maximum was taken out only an infinite maximum is lost: inf - inf.
_OF_STABLE_GRADIENT = (Condition(0, lambda f: f.largest.abs(), lambda end: end.most),)


def critical_scales(logits: Tensor, targets: Tensor, dtype: Dtype, formula: str) -> dict[str, np.ndarray]:
    """Cause -> the least scale at which it holds for each row: float64, (rows,), inf where it never does.

    logits: (rows, classes), unscaled and finite; targets: (rows,)
    The row's loss is lost at the least of all.
    Raises: as `core.prediction.facts`; ValueError for an unknown formula
    """
    found = facts(logits, targets)
    conditions = _OF_LOSS.get(checked_formula(formula), _OF_STABLE_LOSS)
    return {cause: _least_scale(it, logits, found, ends(dtype)) for cause, it in conditions.items()}


def critical_scale(logits: Tensor, targets: Tensor, dtype: Dtype, formula: str) -> np.ndarray:
    """The scale at which each row's loss is lost, by whatever comes first: float64, (rows,)."""
    return np.minimum.reduce(list(critical_scales(logits, targets, dtype, formula).values()))


def critical_gradient_scale(logits: Tensor, targets: Tensor, dtype: Dtype, formula: str) -> np.ndarray:
    """The scale at which each row's gradient is lost: float64, (rows,).

    By log of softmax no later than the loss; by any other formula a gradient may outlive its loss.
    """
    found = facts(logits, targets)
    conditions = _OF_GRADIENT.get(checked_formula(formula), _OF_STABLE_GRADIENT)
    return np.minimum.reduce([_least_scale(it, logits, found, ends(dtype)) for it in conditions])


def critical_steps(
    critical: dict[str, np.ndarray],
    logits: Tensor,
    targets: Tensor,
    dtype: Dtype,
    formula: str,
    scales: Sequence[float],
) -> dict[str, np.ndarray]:
    """Cause -> the first of `scales` at which it holds for each row, as torch meets it: rounded to the dtype.

    critical: as `critical_scales` gave it for the arguments that follow
    scales:   ascending, further apart than rounding moves a critical scale: a fiftieth of a decade is, in any dtype
    Returns:  int16, (rows,); len(scales) where it holds at none
    """
    found, end = facts(logits, targets), ends(dtype)
    conditions = _OF_LOSS.get(formula, _OF_STABLE_LOSS)
    grid = torch.tensor(scales, dtype=torch.float64)
    between = (grid[:-1] * grid[1:]).sqrt().numpy()
    steps = {}
    for cause, scale_of in critical.items():
        # Rounding decides at the nearest step alone: the others are too far away.
        nearest, it = np.searchsorted(between, scale_of), conditions[cause]
        holds = _value_of_rounded(it, logits, found, grid[nearest], dtype) >= it.limit(end)
        steps[cause] = (nearest + ~holds.numpy()).astype(np.int16)
    return steps


def _value_of_rounded(condition: Condition, logits: Tensor, found: Facts, scale: Tensor, dtype: Dtype) -> Tensor:
    """a LSE(x) + b of each row, x and b the logits times their scale, rounded to the dtype."""
    b = scaled(condition.b(found), scale, dtype).double()
    if condition.a == 0:
        return b
    return condition.a * scaled(logits, scale[:, None], dtype).double().logsumexp(-1) + b


def _least_scale(condition: Condition, logits: Tensor, found: Facts, end: Ends) -> np.ndarray:
    """The least s > 0 with a LSE(s z) + s b >= limit for each row, inf where there is none.

    With more classes than float16 counts to, the condition may hold at s = 0, where its left side is a log(classes),
    and cease to. Then s = 1 decides, the row as it is: 0 if the condition holds there, else where it sets in again.
    """
    a, b, limit = condition.a, condition.b(found), condition.limit(end)
    # Far out LSE(s z) is s times the largest logit: there the condition is a straight line.
    slope = a * found.largest + b
    scale = torch.where(slope > 0, limit / slope.clamp(min=math.ulp(0.0)), math.inf)
    if a == 0:
        return scale.numpy()
    rows = scale.isfinite().nonzero().flatten()
    z, b, s = logits[rows].double(), b[rows], scale[rows]
    for _ in range(_NEWTON_STEPS):
        value, rise = _lse_and_slope(z, s)
        step = (a * value + s * b - limit) / (a * rise + b)
        s = s - step
        if (step.abs() <= 1e-12 * s).all():
            break
    scale[rows] = s
    if a * math.log(logits.shape[-1]) >= limit:
        scale[a * found.lse + condition.b(found) >= limit] = 0
    return scale.numpy()


def _lse_and_slope(z: Tensor, s: Tensor) -> tuple[Tensor, Tensor]:
    """LSE(s z) of each row and its derivative by s, the softmax-weighted mean of z."""
    x = z * s[:, None]
    lse = x.logsumexp(-1)
    return lse, ((x - lse[:, None]).exp() * z).sum(-1)


def first_to_fail(critical: np.ndarray) -> tuple[int, float]:
    """The row with the least critical scale, and that scale; inf where no row ever fails."""
    row = int(critical.argmin())
    return row, float(critical[row])


def counts_by_cause(steps: dict[str, np.ndarray], scales: int) -> np.ndarray:
    """How many rows are lost to each of CAUSES at each of so many scales: int64, (scales, CAUSES).

    steps: as `critical_steps` gave them. A row counts for the first of its causes in that order that holds.
    """
    counts = np.zeros((scales, len(CAUSES)), dtype=np.int64)
    rows = len(next(iter(steps.values())))
    earlier, lost = np.full(rows, scales), np.zeros(scales, dtype=np.int64)
    for cause, step_of in steps.items():
        earlier = np.minimum(earlier, step_of)
        now = np.bincount(earlier, minlength=scales + 1)[:scales].cumsum()
        counts[:, CAUSES.index(cause)] = now - lost
        lost = now
    counts[:, 0] = rows - lost
    return counts
