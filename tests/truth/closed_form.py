"""The closed form held against torch, step by step: what disagrees, and whether rounding explains it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from core.critical import counts_by_cause, critical_gradient_scale, critical_scales, critical_steps
from core.dtypes import Dtype, limits, scaled, torch_dtype
from core.losses import FORMULAS
from core.outcomes import CAUSES, causes, outcomes
from core.prediction import Facts, ends, facts, predicted, predicted_gradient
from core.sweep import NEVER, SCALES

_MOST_OPERATIONS = 4  # exp, sum, quotient, its inverse: the longest chain of rounded operations before an end is met

# Rounding moves each logit by u of itself at most, and with it the left side of a condition, a LSE(s z) + s b: both of
# its terms are positive at the first end that a row meets, since -L0 > T. To move the side by u of itself takes no more
# than u of the scale. A little is added for logits on the other side of 0, whose exps are small.
MOST_MOVED = 1.5


@dataclass
class Held:
    """What was compared, and what disagreed.

    rows:        formulas times steps times rows
    apart:       kind of disagreement -> how many of them
    furthest:    by how much rounding of s z moved a critical scale, at most, in units of its relative size
    unexplained: a line for each disagreement that neither kind of rounding explains
    """

    rows: int = 0
    apart: Counter[str] = field(default_factory=Counter)
    furthest: float = 0.0
    unexplained: list[str] = field(default_factory=list)

    def note(self, kind: str, where: Tensor, explained: Tensor, told: str) -> None:
        """Counts the rows `where` something is apart; lists those that are not `explained`."""
        if where.any():
            self.apart[kind] += int(where.sum())
            rows = (where & ~explained).nonzero().flatten().tolist()
            self.unexplained += [f"{kind}: {told}, row {row}" for row in rows[:5]]


def held(
    logits: Tensor,
    targets: Tensor,
    dtype: Dtype,
    formulas: Iterable[str] = FORMULAS,
    steps: Iterable[int] = range(NEVER),
) -> Held:
    """Every formula on these rows at these steps of SCALES, forward and backward, beside what the closed form says.

    logits: (rows, classes), unscaled; targets: (rows,); steps: ascending
    """
    found = Held()
    told = {formula: _critical(logits, targets, dtype, formula) for formula in formulas}
    before: dict[str, tuple[Tensor, Tensor]] = {}
    for step in steps:
        x = scaled(logits, SCALES[step], dtype)
        known = facts(x, targets)
        hair = within_a_hair(known, dtype)
        for formula, critical in told.items():
            at = f"{formula} in {dtype} ×{SCALES[step]:g}"
            nll, finite = _both(formula, x, targets)
            outcome, cause = predicted(x, targets, formula, known)
            lost, gradient_lost = ~nll.isfinite(), ~finite
            found.rows += len(targets)

            found.note("outcome", outcome != outcomes(nll), hair, at)
            found.note("cause", cause != causes(formula, x, targets, nll), hair, at)
            gradient_told = ~predicted_gradient(x, targets, formula, known)
            found.note("gradient", gradient_told != gradient_lost, hair, at)

            for kind, scale, by_rule in (
                ("critical scale", critical.scale, outcome > 0),
                ("critical scale of the gradient", critical.gradient, gradient_told),
            ):
                moved = (scale <= SCALES[step]) != by_rule
                off = (scale / SCALES[step] - 1).abs() / (torch.finfo(x.dtype).eps / 2)
                found.furthest = max(found.furthest, *off[moved].tolist(), 0.0)
                found.note(kind, moved, off <= MOST_MOVED, at)

            nothing = torch.zeros_like(lost)
            found.note("critical step", (critical.steps <= step) != (outcome > 0), nothing, at)
            counted = torch.bincount(cause, minlength=len(CAUSES))
            if counted.tolist() != critical.counts[step].tolist():
                found.unexplained.append(f"counts: {at}, {counted.tolist()} and {critical.counts[step].tolist()}")

            was_lost, was_gradient_lost = before.get(formula, (nothing, nothing))
            found.note("recovered", was_lost & ~lost, hair, at)
            found.note("gradient recovered", was_gradient_lost & ~gradient_lost, hair, at)
            before[formula] = lost, gradient_lost
    return found


def within_a_hair(f: Facts, dtype: Dtype) -> Tensor:
    """Whether a row stands so near an end of the dtype that the rounding of a formula's own operations decides.

    An operation is off by u of its result, u half the dtype's eps, or by half the smallest value where that is more;
    the log of what a chain of them makes is off by the sum.
    """
    end, info = ends(dtype), torch.finfo(torch_dtype(dtype))
    slack, half = _MOST_OPERATIONS * info.eps / 2, limits(dtype).smallest / 2

    def of(log: Tensor, terms: int = 1) -> Tensor:
        """By how much the log of so many exps, or of their sum, may be off."""
        value, most = log.exp(), terms * half
        subnormal = (value < info.smallest_normal) & (value > most)
        return slack + torch.where(subnormal, -torch.log1p(-most / value), 0.0)

    near = torch.zeros_like(f.largest, dtype=torch.bool)
    for off, room in (
        (f.largest - end.top, slack),
        (f.lse - end.top, slack),
        (f.lse - f.largest - end.top, slack),
        (f.largest - end.bottom, slack),
        (f.target - end.bottom, slack),
        (f.least - end.bottom, slack),
        (f.nll + end.bottom, of(f.target)),
        (f.lse - f.least + end.bottom, of(f.least)),
        (f.nll + end.faint, of(f.target)),
        (f.target + end.top, of(f.target)),
        (f.largest - 2 * f.lse - end.top, of(f.lse, 10)),
        (f.lse - end.faint, of(f.lse, 10)),
        (f.nll / end.most - 1, slack),
    ):
        near |= off.abs() <= room
    return near


@dataclass(frozen=True)
class _Critical:
    """What the closed form says of all steps at once: (rows,), but for the counts, (steps, CAUSES)."""

    scale: Tensor
    gradient: Tensor
    steps: Tensor
    counts: np.ndarray


def _critical(logits: Tensor, targets: Tensor, dtype: Dtype, formula: str) -> _Critical:
    scales = critical_scales(logits, targets, dtype, formula)
    steps = critical_steps(scales, logits, targets, dtype, formula, SCALES)
    return _Critical(
        torch.from_numpy(np.minimum.reduce(list(scales.values()))),
        torch.from_numpy(critical_gradient_scale(logits, targets, dtype, formula)),
        torch.from_numpy(np.minimum.reduce(list(steps.values()))),
        counts_by_cause(steps, NEVER),
    )


def _both(formula: str, logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Each row's loss, and whether its own gradient is finite, from one pass forward and one back."""
    x = logits.detach().requires_grad_()
    nll = FORMULAS[formula].per_sample(x, targets)
    (gradient,) = torch.autograd.grad(nll, x, torch.ones_like(nll))
    return nll.detach(), gradient.isfinite().all(-1)
