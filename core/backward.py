"""One row walked back through a formula: the gradient at every intermediate, and the operation that lost it."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.losses import checked_logits
from core.walk import walk


@dataclass(frozen=True, slots=True, eq=False)
class BackwardStep:
    """One intermediate: as `core.walk` writes it, its value going forward, dloss/dvalue going back; same shapes."""

    code: str
    values: Tensor
    gradient: Tensor


@dataclass(frozen=True, slots=True)
class LostIn:
    """The operation of backward that made the first non-finite gradient: `left symbol right` is `result`.

    step:  which of the walk's steps, at: which class, or None for a step of one number
    where: whose backward it belongs to
    """

    step: int
    at: int | None
    where: str
    symbol: str
    left: float
    right: float
    result: float

    @property
    def cause(self) -> str:
        """In kinds of numbers: "0 / 0 in log's backward"; two finite numbers mean that the result overflows."""
        return f"{_kind(self.left)} {self.symbol} {_kind(self.right)} in {self.where}"


@dataclass(frozen=True, slots=True, eq=False)
class BackwardWalk:
    """A row's way back through one formula.

    steps:    from the log-probabilities to the logits
    nll:      (), the loss that went forward
    upstream: dloss/dNLL, from which every gradient here begins
    lost_in:  the first operation, in this order, whose gradient is not finite; None where all are
    cause:    of lost_in, or "none"
    """

    formula: str
    steps: tuple[BackwardStep, ...]
    target: int
    nll: Tensor
    upstream: float
    lost_in: LostIn | None

    @property
    def cause(self) -> str:
        return self.lost_in.cause if self.lost_in else "none"


def backward_walk(formula: str, row: Tensor, target: int, upstream: float = 1.0) -> BackwardWalk:
    """The row's way back through a formula of `core.walk.WALKS`, by autograd, in the row's dtype.

    row:      (classes,), scaled already; target: 0 to classes - 1
    upstream: dloss/dNLL, from which backward starts: 1 for the row by itself, 1 / rows in a mean. It decides which
              gradients overflow, so a row may survive in a batch that is lost alone.
    Edges:    the walk computes exp once where `core.losses.log_of_softmax` writes it twice: autograd then adds both
              gradients before multiplying by exp, not after. Finite and non-finite are the same, last bits are not.
    Raises:   as `core.walk.walk`
    """
    with torch.enable_grad():
        walked = walk(formula, checked_logits(row).detach().requires_grad_(), target)
        found = torch.autograd.grad(walked.nll, [step.values for step in walked.steps], walked.nll.new_tensor(upstream))
    steps = tuple(
        BackwardStep(step.code, step.values.detach(), gradient)
        for step, gradient in reversed(list(zip(walked.steps, found, strict=True)))
    )
    return BackwardWalk(formula, steps, target, walked.nll.detach(), upstream, _lost_in(formula, steps))


Named = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class _Rule:
    """One elementwise operation of backward, as PyTorch's derivatives.yaml has it.

    operands: from values and gradients by code
    """

    where: str
    symbol: str
    operands: Callable[[Named, Named], tuple[Tensor, Tensor]]


_APPLIED: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"/": torch.div, "·": torch.mul}

# Formula -> step -> what makes its gradient from those before it. Steps that are missing pass gradients on, or add
# up ones that are finite whenever the steps before are.
_RULES: dict[str, dict[str, tuple[_Rule, ...]]] = {
    "log_of_softmax": {
        "exp(x) / sum": (_Rule("log's backward", "/", lambda v, g: (g["log(exp(x) / sum)"], v["exp(x) / sum"])),),
        "sum": (
            _Rule("the quotient's backward", "/", lambda v, _: (v["exp(x) / sum"], v["sum"])),
            _Rule("the quotient's backward", "·", lambda v, g: (-g["exp(x) / sum"], v["exp(x) / sum"] / v["sum"])),
        ),
        "exp(x)": (_Rule("the quotient's backward", "/", lambda v, g: (g["exp(x) / sum"], v["sum"])),),
    },
    "unshifted_log_softmax": {
        "sum": (_Rule("log's backward", "/", lambda v, g: (g["log(sum)"], v["sum"])),),
        "x": (_Rule("exp's backward", "·", lambda v, g: (g["exp(x)"], v["exp(x)"])),),
    },
    "lse_log_softmax": {
        "sum": (_Rule("log's backward", "/", lambda v, g: (g["m + log(sum)"], v["sum"])),),
    },
}


def _lost_in(formula: str, steps: tuple[BackwardStep, ...]) -> LostIn | None:
    """The first rule, at the first class, of the first step whose gradient is not finite."""
    bad = [number for number, step in enumerate(steps) if not step.gradient.isfinite().all()]
    if not bad:
        return None
    values = {step.code: step.values for step in steps}
    gradients = {step.code: step.gradient for step in steps}
    for rule in _RULES[formula][steps[bad[0]].code]:
        left, right = torch.broadcast_tensors(*rule.operands(values, gradients))
        result = _APPLIED[rule.symbol](left, right)
        if not result.isfinite().all():
            place = int((~result.isfinite()).int().flatten().argmax())
            at = place if result.ndim else None
            numbers = (float(tensor.flatten()[place]) for tensor in (left, right, result))
            return LostIn(bad[0], at, rule.where, rule.symbol, *numbers)
    raise AssertionError(f"no rule of {formula} explains the gradient of {steps[bad[0]].code}")


_KINDS: dict[str, Callable[[float], bool]] = {"nan": math.isnan, "inf": math.isinf, "0": lambda value: value == 0}


def _kind(value: float) -> str:
    return next((kind for kind, holds in _KINDS.items() if holds(value)), "finite")
