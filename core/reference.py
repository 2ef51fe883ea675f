"""Certified truth: the loss of a row as an interval that is proven to hold it.

Ball arithmetic (python-flint's `arb`) carries its own error bound through every operation. More digits of the
textbook formula would not do: at any precision there are rows whose digits it loses without a word.

Source: F. Johansson 2017, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic",
doi:10.1109/TC.2017.2690633; the formula is the log1p variant of Blanchard, Higham & Higham 2021, section 3.
"""

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from core.dtypes import Dtype, limits, torch_dtype
from core.losses import checked_targets

try:
    import flint
except ImportError:
    flint = None  # type: ignore[assignment]

AVAILABLE = flint is not None

# float64 keeps 53 bits: with 30 more the rounding of the result is certain but for one row in a billion.
_WANTED_BITS = 83
_FIRST_PRECISION = 128
_MISSING = "python-flint is not installed: pip install python-flint to certify losses"

# flint keeps one working precision for all threads: one that leaves would lower it under another's hands.
_PRECISION = threading.Lock()

Truth: TypeAlias = "flint.arb"


class ReferenceUnavailable(RuntimeError):
    """python-flint is not installed, so nothing can be certified."""


def certified_nll(row: Sequence["float | Truth"], target: int, bits: int = _WANTED_BITS) -> Truth:
    """An enclosure of the row's loss at its target: flint.arb, tight to at least so many bits.

    row: logits as Python floats, each taken exactly, or as enclosures of radius 0; -inf (a masked class) for any but
    the target
    The sum has positive terms only and the rest is added to m - x_t >= 0: nothing cancels.

    Raises: ValueError for an empty row, nan, +inf, a target of -inf, or an enclosure wider than one number, since no
    precision would make the loss tight; IndexError where the target is not a
    class; ReferenceUnavailable where python-flint is missing
    """
    if not AVAILABLE:
        raise ReferenceUnavailable(_MISSING)
    _check(row, target)
    largest = max(range(len(row)), key=row.__getitem__)
    precision = _FIRST_PRECISION
    while True:
        with _working_at(precision):
            m = flint.arb(row[largest])
            others = [(flint.arb(x) - m).exp() for j, x in enumerate(row) if j != largest and x != -math.inf]
            loss = (m - flint.arb(row[target])) + sum(others, flint.arb(0)).log1p()
        if loss == 0 or loss.rel_accuracy_bits() >= bits:
            return loss
        precision *= 2


def certified_losses(logits: Tensor, targets: Tensor) -> list[Truth]:
    """The enclosure of each row's loss, the logits taken exactly as they are in their dtype.

    Shape:  (rows, classes), (rows,) -> rows enclosures
    Raises: as `certified_nll` and `core.losses.checked_targets`
    """
    logits, targets = checked_targets(logits, targets)
    return [certified_nll(row, target) for row, target in zip(logits.tolist(), targets.tolist(), strict=True)]


def certified_products(unscaled: Tensor, scale: float, targets: Tensor) -> list[Truth]:
    """The enclosure of each row's loss for logits times scale, exactly: what the loss were if no product were rounded.

    Shape:  (rows, classes), (rows,) -> rows enclosures
    Raises: as `certified_losses`
    """
    unscaled, targets = checked_targets(unscaled, targets)
    if not AVAILABLE:
        raise ReferenceUnavailable(_MISSING)
    with _working_at(_FIRST_PRECISION):  # 53 bits times 53 bits fit without rounding
        rows = [[flint.arb(z) * flint.arb(scale) for z in row] for row in unscaled.tolist()]
    return [certified_nll(row, target) for row, target in zip(rows, targets.tolist(), strict=True)]


def ulp_errors(nll: Sequence[float], truth: Sequence[Truth], dtype: Dtype) -> np.ndarray:
    """How far each loss is from the truth, signed, in ulps of the dtype: float64, (rows,).

    nll: Python floats that the dtype holds. Ulps are those of `ulps` at the truth rounded to float64, and the
    difference is taken before anything is rounded, so that a loss correctly rounded is off by half an ulp at most.
    Edges: inf or nan where the loss is; a loss of exactly 0 is off by minus the truth
    """
    errors = [
        float((flint.arb(loss) - exact).mid()) if math.isfinite(loss) else loss
        for loss, exact in zip(nll, truth, strict=True)
    ]
    return np.array(errors) / ulps(as_floats(truth), dtype)


def ulps(values: np.ndarray, dtype: Dtype) -> np.ndarray:
    """The dtype's gap at each value: float64, same shape.

    The gap between neighbours in [2^e, 2^(e+1)), the power of two at or below the value; below the smallest normal
    number, and at 0, the smallest number above 0.
    """
    _, exponent = np.frexp(np.abs(values))
    gap = np.ldexp(torch.finfo(torch_dtype(dtype)).eps, exponent - 1)
    return np.where(values == 0, 0, gap).clip(min=limits(dtype).smallest)  # frexp takes 0 for a number near 1/2


def as_floats(truth: Sequence[Truth]) -> np.ndarray:
    """The middle of each enclosure, rounded to float64: (rows,)."""
    return np.array([float(it.mid()) for it in truth])


@contextmanager
def _working_at(precision: int) -> Iterator[None]:
    with _PRECISION, flint.ctx.workprec(precision):
        yield


def _check(row: Sequence["float | Truth"], target: int) -> None:
    if len(row) == 0:
        raise ValueError("a row without classes has no loss")
    if target not in range(len(row)):
        raise IndexError(f"target is {target}, not one of the {len(row)} classes 0 to {len(row) - 1}")
    for j, x in enumerate(row):
        if math.isnan(x) or x == math.inf:
            raise ValueError(f"logit {j} is {x}: such a row has no certified loss")
        if isinstance(x, flint.arb) and not x.is_exact():
            raise ValueError(f"logit {j} is {x}, not one number: give it as a float or without a radius")
    if row[target] == -math.inf:
        raise ValueError(f"the target, class {target}, has the logit -inf: its loss is infinite")
