"""Finite is not correct: how many ulps each formula is off, against certified losses.

The error of rounding the logits to the dtype is kept apart: no formula can undo it.
"""

import decimal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.dtypes import Dtype, dtype_name, scaled
from core.losses import FORMULAS, checked_targets
from core.reference import as_floats, certified_losses, certified_nll, certified_products, ulp_errors, ulps

ROWS = 500
SCALES = tuple(float(f"{10 ** (k / 6):.6g}") for k in range(-6, 25))  # 6 to a factor of ten
DIGITS = 50

# As many digits as shown and room for every exp that fits: what then goes wrong is the formula's doing.
_PLAIN = decimal.Context(prec=DIGITS, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX, traps=[])


@dataclass(frozen=True, slots=True, eq=False)
class Accuracy:
    """Losses of some rows beside the truth.

    truth:  float64, (rows,), the certified losses of the rounded logits
    errors: name in FORMULAS -> float64, (rows,), signed, in ulps of the dtype; inf or nan where the loss is
    zeros:  name -> how many losses are exactly 0
    """

    truth: np.ndarray
    errors: Mapping[str, np.ndarray]
    zeros: Mapping[str, int]


def sample_of(rows: int) -> np.ndarray:
    """The ROWS rows looked at, evenly spaced: every hundredth of 50,000."""
    return np.arange(0, rows, max(1, rows // ROWS))[:ROWS]


def accuracy_at(unscaled: Tensor, targets: Tensor, scale: float, dtype: Dtype) -> Accuracy:
    """Every formula on these rows at one scale.

    unscaled: (rows, classes), float32 as the model gave them; targets: (rows,)
    A row with a logit beyond the dtype is left out: what is left of it there has another loss.
    Raises: core.reference.ReferenceUnavailable where python-flint is missing
    """
    x = scaled(unscaled, scale, dtype)
    kept = x.isfinite().all(-1)
    x, targets = x[kept], targets[kept]
    truth = certified_losses(x, targets)
    nll = {name: formula.per_sample(x, targets) for name, formula in FORMULAS.items()}
    return Accuracy(
        truth=as_floats(truth),
        errors={name: ulp_errors(losses.tolist(), truth, dtype) for name, losses in nll.items()},
        zeros={name: int((losses == 0).sum()) for name, losses in nll.items()},
    )


def input_errors(unscaled: Tensor, targets: Tensor, scale: float, dtype: Dtype) -> np.ndarray:
    """What rounding the logits costs before any formula runs: float64, (rows,), signed, in ulps of the dtype.

    The truth of the rounded logits against that of the exact products. Shapes, rows left out, errors: as `accuracy_at`
    """
    x = scaled(unscaled, scale, dtype)
    kept = x.isfinite().all(-1)
    truth = certified_losses(x[kept], targets[kept])
    exact = certified_products(unscaled[kept], scale, targets[kept])
    moved = np.array([float((a - b).mid()) for a, b in zip(truth, exact, strict=True)])
    return moved / ulps(as_floats(exact), dtype)


def medians(unscaled: Tensor, targets: Tensor, dtype: Dtype) -> Iterator[dict[str, float]]:
    """The median of |error| over the rows, by each formula and of the inputs, at each of SCALES in turn.

    inf where half of the losses or more are not finite; nan where no row is left.
    """
    for scale in SCALES:
        formulas = accuracy_at(unscaled, targets, scale, dtype).errors
        errors = {**formulas, "inputs": input_errors(unscaled, targets, scale, dtype)}
        yield {name: _median(of_rows) for name, of_rows in errors.items()}


def _median(errors: np.ndarray) -> float:
    """Not finite counts as infinitely far off."""
    return float(np.median(np.where(np.isfinite(errors), np.abs(errors), np.inf))) if len(errors) else float("nan")


def log1p_bound(logits: Tensor, targets: Tensor) -> np.ndarray:
    """How far `log1p_nll` may be off at most, in ulps of the dtype: float64, (rows,).

    With d_j = m - x_j, E = sum over j != argmax of exp(-d_j), u half the dtype's eps, and relative errors to first
    order, step by step:

    - fl(x_j - m) is off by at most u d_j, so its exp by a factor of exp(u d_j): relative u d_j
    - exp itself is within one ulp, relative 2u (SLEEF, which torch's vector code uses); where it underflows, within
      the smallest number above 0
    - n - 1 terms of one sign, summed in any order: relative (n - 2) u
    - so E is off by theta = u (sum of exp(-d_j) d_j / E + 2 + n - 2) relative, and log1p(E) by no more, because
      E / (1 + E) <= log1p(E); log1p itself is within one ulp, relative 2u
    - fl(m - x_t) is off by u d_t, and the last addition by u of the loss

    Together u d_t + (theta + 2u) log1p(E) + u NLL, a tenth added for what is of second order.
    Shape:  (rows, classes), (rows,) -> (rows,)
    Edges:  a masked class, -inf, adds nothing; inf where the target is masked; nan for +inf, nan, or all -inf
    Source: Higham 2002, "Accuracy and Stability of Numerical Algorithms", chapters 3 and 4, doi:10.1137/1.9780898718027
    """
    x, targets = checked_targets(logits, targets)
    finfo, exact = torch.finfo(x.dtype), x.double()
    m, largest = exact.max(-1, keepdim=True)
    d = m - exact
    e = (-d).exp().scatter(-1, largest, 0)
    total, n, u = e.sum(-1), x.shape[-1], finfo.eps / 2
    spread = torch.special.entr(e).sum(-1)  # of e d, as -e log e: 0, not nan, where e has vanished
    theta = u * (torch.where(total > 0, spread / total, 0) + n)
    target_gap = d[torch.arange(len(x)), targets]
    share = total.log1p()
    error = 1.1 * (u * target_gap + (theta + 2 * u) * share + u * (target_gap + share))
    underflow = n * finfo.smallest_normal * finfo.eps
    dtype = dtype_name(x.dtype)
    return (error.numpy() + underflow) / ulps((target_gap + share).numpy(), dtype)


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """One row by every formula.

    losses: name in FORMULAS -> the loss; errors: name -> in ulps of the dtype
    truth:  the certified loss to DIGITS digits, all of them right
    """

    losses: Mapping[str, float]
    errors: Mapping[str, float]
    truth: str


def compared(row: Tensor, target: int) -> Comparison:
    """Every formula on one row (classes,), in its dtype, beside the truth. Raises: as `certified_nll`."""
    truth = certified_nll(row.tolist(), target)
    targets = torch.tensor([target])
    losses = {name: formula.per_sample(row[None], targets).item() for name, formula in FORMULAS.items()}
    dtype = dtype_name(row.dtype)
    errors = {name: float(ulp_errors([loss], [truth], dtype)[0]) for name, loss in losses.items()}
    return Comparison(losses, errors, certified_nll(row.tolist(), target, bits=200).str(DIGITS, radius=False))


def textbook_digits(row: Sequence[float], target: int) -> str:
    """The loss by the textbook formula in decimal arithmetic of DIGITS digits: many digits, none of them certain.

    Edges:  "NaN" or "Infinity" where even the decimal exps overflow
    Raises: IndexError where the target is not a class
    Source: Python's decimal, every operation rounded to DIGITS digits.
    """
    if target not in range(len(row)):
        raise IndexError(f"target is {target}, not one of the {len(row)} classes 0 to {len(row) - 1}")
    with decimal.localcontext(_PLAIN):
        e = [decimal.Decimal(x).exp() for x in row]
        return str(-(e[target] / sum(e)).ln())
