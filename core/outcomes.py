"""What a formula made of each row, and why: measured from the tensors themselves."""

from collections.abc import Callable

import torch
from torch import Tensor

OUTCOMES = ("finite", "+inf", "-inf", "nan")

CAUSES = (
    "none",
    "logit overflows",
    "exp overflows",
    "sum overflows",
    "target underflows",
    "quotient underflows",
    "whole row underflows",
    "answer exceeds the dtype",
)
_CODE = {cause: code for code, cause in enumerate(CAUSES)}


def outcomes(nll: Tensor) -> Tensor:
    """Index into OUTCOMES of each loss: uint8, shape as given."""
    codes = torch.zeros(nll.shape, dtype=torch.uint8)
    if not nll.isfinite().all():
        codes.masked_fill_(nll == float("inf"), 1)
        codes.masked_fill_(nll == float("-inf"), 2)
        codes.masked_fill_(nll.isnan(), 3)
    return codes


def causes(formula: str, logits: Tensor, targets: Tensor, nll: Tensor) -> Tensor:
    """Index into CAUSES of each row: 0 where its loss is finite, else the first operation that failed.

    formula: a name in `core.losses.FORMULAS`
    logits:  (rows, classes), targets: (rows,), nll: (rows,) as that formula gave it
    Returns: uint8, (rows,)
    """
    codes = torch.zeros(nll.shape, dtype=torch.uint8)
    failed = ~nll.isfinite()
    if failed.any():
        rule = _RULES.get(formula, _shifted)
        codes[failed] = rule(logits[failed], targets[failed])
    return codes


def _quotient(logits: Tensor, targets: Tensor) -> Tensor:
    """Why rows failed in log(exp(x) / sum exp(x))."""
    return _first(_of_the_sum(logits) | {"target underflows": _target_exp(logits, targets) == 0}, "quotient underflows")


def _unshifted(logits: Tensor, _targets: Tensor) -> Tensor:
    """Why rows failed in x - log sum exp(x), which never divides."""
    return _first(_of_the_sum(logits), "answer exceeds the dtype")


def _shifted(logits: Tensor, _targets: Tensor) -> Tensor:
    """Why rows failed although the maximum was taken out."""
    return _first({"logit overflows": ~logits.isfinite().all(-1)}, "answer exceeds the dtype")


_RULES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "log_of_softmax": _quotient,
    "unshifted_log_softmax": _unshifted,
}


def _of_the_sum(logits: Tensor) -> dict[str, Tensor]:
    """What can go wrong up to the sum of the exponentials, in the order of the operations."""
    total = logits.exp().sum(-1)
    return {
        "logit overflows": ~logits.isfinite().all(-1),
        "exp overflows": logits.amax(-1).exp().isinf(),
        "sum overflows": total.isinf(),
        "whole row underflows": total == 0,
    }


def _target_exp(logits: Tensor, targets: Tensor) -> Tensor:
    return logits[torch.arange(len(targets)), targets].exp()


def _first(found: dict[str, Tensor], otherwise: str) -> Tensor:
    """The code of the first cause found in each row."""
    codes = torch.full_like(next(iter(found.values())), _CODE[otherwise], dtype=torch.uint8)
    for cause, rows in reversed(found.items()):
        codes.masked_fill_(rows, _CODE[cause])
    return codes
