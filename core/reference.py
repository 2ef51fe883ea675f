"""Certified truth: the loss of a row as an interval that is proven to hold it.

Ball arithmetic (python-flint's `arb`) carries its own error bound through every operation. More digits of the
textbook formula would not do: at any precision there are rows whose digits it loses without a word.

Source: F. Johansson 2017, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic",
doi:10.1109/TC.2017.2690633; the formula is the log1p variant of Blanchard, Higham & Higham 2021, section 3.
"""

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from torch import Tensor

from core.losses import checked_targets

try:
    import flint
except ImportError:
    flint = None  # type: ignore[assignment]

AVAILABLE = flint is not None

# float64 keeps 53 bits: with 30 more the rounding of the result is certain but for one row in a billion.
_WANTED_BITS = 83
_FIRST_PRECISION = 128

Truth: TypeAlias = "flint.arb"


class ReferenceUnavailable(RuntimeError):
    """python-flint is not installed, so nothing can be certified."""


def certified_nll(row: Sequence[float], target: int) -> Truth:
    """An enclosure of the row's loss at its target: flint.arb, tight to at least 83 bits.

    row: logits as Python floats, each taken exactly; -inf (a masked class) for any but the target
    The sum has positive terms only and the rest is added to m - x_t >= 0: nothing cancels.

    Raises: ValueError for an empty row, nan, +inf, or a target of -inf; IndexError where the target is not a
    class; ReferenceUnavailable where python-flint is missing
    """
    if not AVAILABLE:
        raise ReferenceUnavailable("python-flint is not installed: pip install python-flint to certify losses")
    _check(row, target)
    largest = max(range(len(row)), key=row.__getitem__)
    precision = _FIRST_PRECISION
    while True:
        with flint.ctx.workprec(precision):
            m = flint.arb(row[largest])
            others = [(flint.arb(x) - m).exp() for j, x in enumerate(row) if j != largest and x != -math.inf]
            loss = (m - flint.arb(row[target])) + sum(others, flint.arb(0)).log1p()
        if loss == 0 or loss.rel_accuracy_bits() >= _WANTED_BITS:
            return loss
        precision *= 2


def certified_losses(logits: Tensor, targets: Tensor) -> list[Truth]:
    """The enclosure of each row's loss, the logits taken exactly as they are in their dtype.

    Shape:  (rows, classes), (rows,) -> rows enclosures
    Raises: as `certified_nll` and `core.losses.checked_targets`
    """
    logits, targets = checked_targets(logits, targets)
    return [certified_nll(row, target) for row, target in zip(logits.tolist(), targets.tolist(), strict=True)]


def as_floats(truth: Sequence[Truth]) -> np.ndarray:
    """The middle of each enclosure, rounded to float64: (rows,)."""
    return np.array([float(it.mid()) for it in truth])


def _check(row: Sequence[float], target: int) -> None:
    if not row:
        raise ValueError("a row without classes has no loss")
    if target not in range(len(row)):
        raise IndexError(f"target is {target}, not one of the {len(row)} classes 0 to {len(row) - 1}")
    for j, x in enumerate(row):
        if math.isnan(x) or x == math.inf:
            raise ValueError(f"logit {j} is {x}: such a row has no certified loss")
    if row[target] == -math.inf:
        raise ValueError(f"the target, class {target}, has the logit -inf: its loss is infinite")
