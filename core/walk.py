"""One row walked through a formula, every intermediate kept: where inf, 0 and nan enter."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.losses import checked_logits
from core.outcomes import CAUSES, causes


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One operation: as it is written, and its result, (classes,) or ()."""

    code: str
    values: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """A row through one formula.

    formula:   a name of WALKS
    steps:     from the logits to the log-probabilities
    nll:       (), minus the last step at the target
    cause:     one of CAUSES
    first_bad: step and class (None for a step of one number) that made the loss fail; None where it did not
    """

    formula: str
    steps: tuple[Step, ...]
    target: int
    nll: Tensor
    cause: str
    first_bad: tuple[int, int | None] | None


def walk(formula: str, row: Tensor, target: int) -> Walk:
    """The row's way through a formula of WALKS, in the row's dtype.

    row: (classes,), scaled already; target: 0 to classes - 1
    Raises: as `checked_logits`; IndexError where the target is not a class; KeyError where the formula has no walk
    """
    if checked_logits(row).ndim != 1:
        raise ValueError(f"a walk takes one row of logits, not a tensor of shape {tuple(row.shape)}")
    if target not in range(len(row)):
        raise IndexError(f"target is {target}, not one of the {len(row)} classes 0 to {len(row) - 1}")
    steps = WALKS[formula](row)
    nll = -steps[-1].values[target]
    cause = CAUSES[causes(formula, row[None], torch.tensor([target]), nll[None])[0]]
    return Walk(formula, steps, target, nll, cause, _first_bad(cause, steps, target))


def _log_of_softmax(x: Tensor) -> tuple[Step, ...]:
    e = x.exp()
    total = e.sum(-1)
    share = e / total
    return (
        Step("x", x),
        Step("exp(x)", e),
        Step("sum", total),
        Step("exp(x) / sum", share),
        Step("log(exp(x) / sum)", share.log()),
    )


def _unshifted(x: Tensor) -> tuple[Step, ...]:
    e = x.exp()
    total = e.sum(-1)
    log_total = total.log()
    return (
        Step("x", x),
        Step("exp(x)", e),
        Step("sum", total),
        Step("log(sum)", log_total),
        Step("x - log(sum)", x - log_total),
    )


def _lse(x: Tensor) -> tuple[Step, ...]:
    m = x.max(-1)[0]
    z = x - m
    e = z.exp()
    total = e.sum(-1)
    lse = m + total.log()
    return (
        Step("x", x),
        Step("m = max(x)", m),
        Step("x - m", z),
        Step("exp(x - m)", e),
        Step("sum", total),
        Step("m + log(sum)", lse),
        Step("x - (m + log(sum))", x - lse),
    )


WALKS: dict[str, Callable[[Tensor], tuple[Step, ...]]] = {
    "log_of_softmax": _log_of_softmax,
    "unshifted_log_softmax": _unshifted,
    "lse_log_softmax": _lse,
}

# Cause -> the step that shows it, and whether at one class: the target, or the largest exp.
_SHOWN_AT = {
    "exp overflows": ("exp(x)", "largest"),
    "sum overflows": ("sum", None),
    "whole row underflows": ("sum", None),
    "target underflows": ("exp(x)", "target"),
    "quotient underflows": ("exp(x) / sum", "target"),
}


def _first_bad(cause: str, steps: tuple[Step, ...], target: int) -> tuple[int, int | None] | None:
    if cause == "none":
        return None
    if cause == "logit overflows":
        beyond = ~(steps[0].values < torch.inf)
        return 0, int(beyond.int().argmax()) if beyond.any() else target
    if cause not in _SHOWN_AT:
        return len(steps) - 1, target
    code, where = _SHOWN_AT[cause]
    step = [it.code for it in steps].index(code)
    return step, {"largest": int(steps[0].values.argmax()), "target": target, None: None}[where]
