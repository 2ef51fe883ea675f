"""Which formula to trust: each on a few rows that break some of them, beside the certified loss."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from core.dtypes import Dtype, limits, torch_dtype
from core.losses import FORMULAS
from core.reference import as_floats, certified_losses

# A thousandth of the truth, as the notebook's test_near without its absolute allowance; or two gaps of the dtype,
# where those are wider.
_TOLERANCE, _GAPS = 1e-3, 2


@dataclass(frozen=True, slots=True)
class Case:
    """A row that breaks some formulas: what it is an example of, its logits, exact in the dtype, and its target."""

    name: str
    logits: tuple[float, ...]
    target: int

    def words(self) -> str:
        """The row as a reader would write it."""
        equal = len(set(self.logits)) == 1
        row = f"{len(self.logits)} × {self.logits[0]:g}" if equal else ", ".join(f"{x:g}" for x in self.logits)
        return f"[{row}], target {self.target}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the formulas make of a case.

    truth:  the certified loss, rounded to float64
    losses: name in FORMULAS -> the loss it gives
    right:  name in FORMULAS -> whether that is within a thousandth of the truth, or two gaps of the dtype
    """

    case: Case
    truth: float
    losses: Mapping[str, float]
    right: Mapping[str, bool]


def failings(judged: Sequence[Verdict], formula: str) -> tuple[bool, bool]:
    """Whether the formula is inf or nan on one of the cases, and whether it is finite and wrong on one."""
    wrong = [it.losses[formula] for it in judged if not it.right[formula]]
    return any(not math.isfinite(loss) for loss in wrong), any(math.isfinite(loss) for loss in wrong)


def cases(dtype: Dtype) -> tuple[Case, ...]:
    """Five rows at the ends of the dtype: each follows from its limits."""
    ends, eps = limits(dtype), torch.finfo(torch_dtype(dtype)).eps
    over, under = math.ceil(ends.first_inf_exp), math.ceil(-ends.last_nonzero_exp)
    faint = 1.0 - under
    learnt = math.ceil(-math.log(eps / 2)) + 2.0
    return (
        Case("a large logit", (over, over - 1.0, 0.0), 1),
        Case("an unlikely target", (0.0, under + 2.0), 0),
        Case("very negative logits", (faint, faint - 1, faint - 2), 0),
        Case("ten equal logits far out", (8 / eps,) * 10, 0),
        Case("a row well learnt", (learnt, 0.0), 0),
    )


def verdicts(dtype: Dtype) -> tuple[Verdict, ...]:
    """Every formula on every case, in the dtype.

    Raises: core.reference.ReferenceUnavailable where python-flint is not installed
    """
    return tuple(_judged(case, dtype) for case in cases(dtype))


def _judged(case: Case, dtype: Dtype) -> Verdict:
    x, target = torch.tensor([case.logits], dtype=torch_dtype(dtype)), torch.tensor([case.target])
    losses = {name: formula.per_sample(x, target).item() for name, formula in FORMULAS.items()}
    truth = float(as_floats(certified_losses(x, target))[0])
    allowed = truth * max(_TOLERANCE, _GAPS * torch.finfo(x.dtype).eps)
    return Verdict(case, truth, losses, {name: abs(loss - truth) <= allowed for name, loss in losses.items()})
