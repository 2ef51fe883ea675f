"""Critical scales: how far a row's logits can be multiplied before each cause sets in, in closed form.

Each condition has the form  a LSE(s z) + s b >= limit  with the row z, its scale s, and an end of the dtype as limit.
The left side is convex in s (concave where a < 0), so Newton's method from the proper side closes in on the least
such s without ever passing it. The rounding of s z to the dtype is left out: it moves a critical scale by its relative
size.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.dtypes import Dtype
from core.outcomes import CAUSES
from core.prediction import Ends, Facts, checked_formula, ends, facts

_NEWTON_STEPS = 30  # quadratic near the root, a halving far from it; both ends of any row are met long before


@dataclass(frozen=True, slots=True)
class Condition:
    """a LSE(s z) + s b >= limit: b from the unscaled row, limit from the dtype."""

    a: float
    b: Callable[[Facts], Tensor]
    limit: Callable[[Ends], float]


_EXP = Condition(0, lambda f: f.largest, lambda end: end.top)
_SUM = Condition(1, lambda f: torch.zeros_like(f.largest), lambda end: end.top)
_ROW = Condition(0, lambda f: -f.largest, lambda end: -end.bottom)
_TARGET = Condition(0, lambda f: -f.target, lambda end: -end.bottom)
_QUOTIENT = Condition(1, lambda f: -f.target, lambda end: -end.bottom)
_LOGIT = Condition(0, lambda f: torch.maximum(f.largest, -f.least), lambda end: end.most)
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
_OF_STABLE_LOSS = {"logit overflows": _LOGIT, "answer exceeds the dtype": _ANSWER}

# What loses a gradient although the loss is finite.
_OF_GRADIENT: dict[str, tuple[Condition, ...]] = {
    "log_of_softmax": (
        Condition(0, lambda f: -f.least, lambda end: -end.bottom),
        Condition(1, lambda f: -f.least, lambda end: -end.bottom),
        Condition(1, lambda f: -f.target, lambda end: end.top),
        Condition(0, lambda f: -f.target, lambda end: end.top),
        Condition(-2, lambda f: f.largest, lambda end: end.top),
    ),
    "unshifted_log_softmax": (Condition(-1, lambda f: torch.zeros_like(f.largest), lambda end: end.top),),
}


def critical_scales(logits: Tensor, targets: Tensor, dtype: Dtype, formula: str) -> dict[str, np.ndarray]:
    """Cause -> the least scale at which it holds for each row: float64, (rows,), inf where it never does.

    logits: (rows, classes), unscaled and finite; targets: (rows,)
    The row's loss is lost at the least of all; the number lost at a scale is how many are no greater.
    Raises: as `core.prediction.facts`; ValueError for an unknown formula
    """
    found = facts(logits, targets)
    conditions = _OF_LOSS.get(checked_formula(formula), _OF_STABLE_LOSS)
    return {cause: _least_scale(it, logits, found, ends(dtype)) for cause, it in conditions.items()}


def critical_scale(logits: Tensor, targets: Tensor, dtype: Dtype, formula: str) -> np.ndarray:
    """The scale at which each row's loss is lost, by whatever comes first: float64, (rows,)."""
    return np.minimum.reduce(list(critical_scales(logits, targets, dtype, formula).values()))


def critical_gradient_scale(logits: Tensor, targets: Tensor, dtype: Dtype, formula: str) -> np.ndarray:
    """The scale at which each row's gradient is lost, with its loss or before it: float64, (rows,)."""
    found = facts(logits, targets)
    scales = [_least_scale(it, logits, found, ends(dtype)) for it in _OF_GRADIENT.get(formula, ())]
    if formula != "unshifted_log_softmax":  # whose gradient may outlive its loss: finite, and wrong
        return np.minimum.reduce([critical_scale(logits, targets, dtype, formula), *scales])
    return np.minimum.reduce([*scales, *(_least_scale(it, logits, found, ends(dtype)) for it in (_LOGIT, _EXP))])


def _least_scale(condition: Condition, logits: Tensor, found: Facts, end: Ends) -> np.ndarray:
    """The least s > 0 with a LSE(s z) + s b >= limit for each row, inf where there is none."""
    a, b, limit = condition.a, condition.b(found), condition.limit(end)
    # Far out LSE(s z) is s times the largest logit: there the condition is a straight line.
    slope = a * found.largest + b
    scale = torch.where(slope > 0, limit / slope.clamp(min=math.ulp(0.0)), math.inf)
    if a == 0:
        return scale.numpy()
    if a * math.log(logits.shape[-1]) >= limit:
        return torch.zeros_like(scale).numpy()
    rows = scale.isfinite().nonzero().flatten()
    z, b, s = logits[rows].double(), b[rows], scale[rows]
    for _ in range(_NEWTON_STEPS):
        value, rise = _lse_and_slope(z, s)
        step = (a * value + s * b - limit) / (a * rise + b)
        s = s - step
        if (step.abs() <= 1e-12 * s).all():
            break
    scale[rows] = s
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


def counts_by_cause(critical: dict[str, np.ndarray], scales: Sequence[float]) -> np.ndarray:
    """How many rows are lost to each of CAUSES at each scale: int64, (scales, CAUSES).

    critical: as `critical_scales` gave it. A row counts for the first of its causes in that order that holds.
    """
    counts = np.zeros((len(scales), len(CAUSES)), dtype=np.int64)
    rows = len(next(iter(critical.values())))
    earlier, lost = np.full(rows, np.inf), np.zeros(len(scales), dtype=np.int64)
    for cause, scale_of in critical.items():
        earlier = np.minimum(earlier, scale_of)
        now = np.searchsorted(np.sort(earlier), scales, side="right")
        counts[:, CAUSES.index(cause)] = now - lost
        lost = now
    counts[:, 0] = rows - lost
    return counts
