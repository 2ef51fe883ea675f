"""What a formula will do to a row, from the row's numbers alone: no formula is run.

Every rule compares a quantity of the row, computed in float64, with an end of the dtype: T, from which on exp is inf,
or L0, down to which exp is 0. One operation rounded to nearest obeys such a rule exactly. A chain of them may differ
within a hair of an end, above all in 16 bits, where exp and quotient are rounded to float32 first, then again.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from core.dtypes import DTYPES, Dtype, limits, torch_dtype
from core.losses import FORMULAS, checked_targets
from core.outcomes import CAUSES, OUTCOMES


@dataclass(frozen=True, slots=True)
class Ends:
    """Where results leave a dtype, in float64.

    most:   from here on a result rounds to inf: half a gap above the largest value
    top:    its log, T: exp of this and more is inf
    bottom: log of half the smallest value, L0: exp of this and less is 0
    faint:  log of the share that rounds to one whose inverse is inf: it and less
    """

    most: float
    top: float
    bottom: float
    faint: float


@cache
def ends(dtype: Dtype) -> Ends:
    """The ends of a dtype, from the limits that torch itself showed."""
    found, eps = limits(dtype), torch.finfo(torch_dtype(dtype)).eps
    half_gap = eps / 2 / (2 - eps)  # relative to the largest value
    inverse_is_inf = math.floor(1 / found.largest / found.smallest)  # a subnormal: so many times the smallest value
    # Where the dtype is float64 itself, an end falls on the last number that is still good: then the next one is it.
    return Ends(
        most=max(found.largest * (1 + half_gap), math.nextafter(found.largest, math.inf)),
        top=max(math.log(found.largest) + math.log1p(half_gap), math.nextafter(found.last_finite_exp, math.inf)),
        bottom=min(math.log(found.smallest) - math.log(2), math.nextafter(found.last_nonzero_exp, -math.inf)),
        faint=math.log(found.smallest) + math.log(inverse_is_inf + 0.5),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What the rules look at: float64, (rows,).

    largest, least: of the row's logits; target: the target's; lse: log-sum-exp; nll: the loss
    """

    largest: Tensor
    least: Tensor
    target: Tensor
    lse: Tensor
    nll: Tensor


def facts(logits: Tensor, targets: Tensor) -> Facts:
    """The facts of each row: logits (rows, classes), scaled and rounded already, targets (rows,).

    Raises: as `checked_targets`; ValueError naming the first row that holds nan
    """
    checked, targets = checked_targets(logits, targets)
    x = checked.double()
    if x.isnan().any():
        raise ValueError(f"row {int(x.isnan().any(-1).nonzero()[0])} of the logits holds nan: nothing follows from it")
    largest, at = x.max(-1)
    target = x[torch.arange(len(x)), targets]
    others = (x - largest[:, None]).exp().scatter(-1, at[:, None], 0).sum(-1).log1p()
    return Facts(largest, x.amin(-1), target, largest + others, (largest - target) + others)


@dataclass(frozen=True, slots=True)
class Prediction:
    """outcome: one of OUTCOMES, of the loss; cause: one of CAUSES."""

    outcome: str
    cause: str


def predict(row: Sequence[float], target: int, dtype: Dtype, formula: str) -> Prediction:
    """What becomes of one row's loss.

    row: Python floats, each rounded to the dtype first; formula: a name in FORMULAS
    Raises: as `facts`; ValueError for an unknown dtype or formula
    """
    logits = torch.tensor([list(row)], dtype=torch.float64).to(torch_dtype(dtype))
    outcome, cause = predicted(logits, torch.tensor([target]), formula)
    return Prediction(OUTCOMES[int(outcome[0])], CAUSES[int(cause[0])])


def predicted(logits: Tensor, targets: Tensor, formula: str, known: Facts | None = None) -> tuple[Tensor, Tensor]:
    """Index into OUTCOMES and into CAUSES of each row's loss: uint8, (rows,).

    logits: (rows, classes), in the dtype whose fate is asked for
    known:  their facts, where several formulas are asked about the same rows
    Raises: as `facts`; ValueError for an unknown formula
    """
    found, end = known or facts(logits, targets), _ends_of(logits)
    causes = _causes(found, end, checked_formula(formula))
    outcome = _OUTCOME.get(formula, _shifted)(found, end)
    codes = torch.zeros(len(targets), dtype=torch.uint8)
    for name in OUTCOMES[1:]:
        codes.masked_fill_(outcome[name], OUTCOMES.index(name))
    return codes, causes.masked_fill(codes == 0, 0)


def predicted_gradient(logits: Tensor, targets: Tensor, formula: str, known: Facts | None = None) -> Tensor:
    """Whether each row's own gradient will be finite in every class: bool, (rows,). Arguments as `predicted`."""
    found, end = known or facts(logits, targets), _ends_of(logits)
    return _GRADIENT.get(checked_formula(formula), _shifted_gradient)(found, end)


def _naive(f: Facts, end: Ends) -> dict[str, Tensor]:
    nan = (f.target >= end.top) | (f.largest <= end.bottom)
    dead = (f.largest >= end.top) | (f.lse >= end.top) | (f.target <= end.bottom) | (f.nll >= -end.bottom)
    return {"nan": nan, "+inf": dead & ~nan, "-inf": torch.zeros_like(nan)}


def _unshifted(f: Facts, end: Ends) -> dict[str, Tensor]:
    high, low = (f.largest >= end.top) | (f.lse >= end.top), f.largest <= end.bottom
    nan = (high & (f.target == math.inf)) | (low & (f.target == -math.inf))
    return {"nan": nan, "+inf": (high | (~low & (f.nll >= end.most))) & ~nan, "-inf": low & ~nan}


def _shifted(f: Facts, end: Ends) -> dict[str, Tensor]:
    nan = f.largest.isinf()
    lost = _shifted_sum_overflows(f, end) | (f.nll >= end.most)
    return {"nan": nan, "+inf": ~nan & lost, "-inf": torch.zeros_like(nan)}


def _log1p(f: Facts, end: Ends) -> dict[str, Tensor]:
    """As the shifted ones; but the maximum's own exp, 1, stays out of the sum, and m - x_t is inf, not nan, where
    another class than the target is +inf."""
    nan = f.largest.isinf() & ((f.target == f.largest) | f.lse.isnan())
    lost = ((f.lse - f.largest).expm1() >= end.most) | ~(f.nll < end.most)
    return {"nan": nan, "+inf": ~nan & lost, "-inf": torch.zeros_like(nan)}


def _shifted_sum_overflows(f: Facts, end: Ends) -> Tensor:
    """Each exp is 1 at most once the maximum is taken out, but float16 counts only so many classes."""
    return f.lse - f.largest >= end.top


_OUTCOME: dict[str, Callable[[Facts, Ends], dict[str, Tensor]]] = {
    "log_of_softmax": _naive,
    "unshifted_log_softmax": _unshifted,
    "log1p_nll": _log1p,
}


def _causes(f: Facts, end: Ends, formula: str) -> Tensor:
    """Index into CAUSES of the first operation that will fail, were the loss to fail: uint8, (rows,)."""
    # Another class than the target at -inf has a share of 0, and costs the loss nothing.
    found = {"logit overflows": (f.largest == math.inf) | (f.target == -math.inf)}
    if formula in ("log_of_softmax", "unshifted_log_softmax"):
        found |= {
            "exp overflows": f.largest >= end.top,
            "sum overflows": f.lse >= end.top,
            "whole row underflows": f.largest <= end.bottom,
        }
    else:
        found |= {"sum overflows": _shifted_sum_overflows(f, end)}
    if formula == "log_of_softmax":
        found |= {
            "target underflows": f.target <= end.bottom,
            "quotient underflows": torch.ones_like(f.target, dtype=torch.bool),
        }
    codes = torch.full(f.nll.shape, CAUSES.index("answer exceeds the dtype"), dtype=torch.uint8)
    for cause, rows in reversed(found.items()):
        codes.masked_fill_(rows, CAUSES.index(cause))
    return codes


def _naive_gradient(f: Facts, end: Ends) -> Tensor:
    """Lost with the loss; where a class underflows, for log's backward divides 0 by its share; and where the way back
    through the target's quotient overflows."""
    loss = _naive(f, end)
    least_share = f.least - f.lse
    lost = loss["nan"] | loss["+inf"] | (f.least <= end.bottom) | (least_share <= end.bottom) | (f.nll >= -end.faint)
    return ~(lost | (f.target <= -end.top) | (f.largest - 2 * f.lse >= end.top))


def _unshifted_gradient(f: Facts, end: Ends) -> Tensor:
    """1 / sum in log's backward times exp: lost where exp is inf, or the sum so small that its inverse is inf."""
    return (f.largest < end.top) & (f.lse > end.faint)


def _shifted_gradient(f: Facts, _end: Ends) -> Tensor:
    return ~f.largest.isinf()


_GRADIENT: dict[str, Callable[[Facts, Ends], Tensor]] = {
    "log_of_softmax": _naive_gradient,
    "unshifted_log_softmax": _unshifted_gradient,
}


def checked_formula(formula: str) -> str:
    """The formula's name itself. Raises ValueError where it is none of FORMULAS."""
    if formula not in FORMULAS:
        raise ValueError(f"formula is {formula!r}; choose one of {', '.join(FORMULAS)}")
    return formula


def _ends_of(logits: Tensor) -> Ends:
    return ends(next(dtype for dtype in DTYPES if torch_dtype(dtype) == logits.dtype))
