"""What a formula made of each row, and why: measured from the tensors themselves."""

from dataclasses import dataclass

import numpy as np
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


def outcome_counts(values: np.ndarray) -> np.ndarray:
    """How many losses, float64, ended as each of OUTCOMES: int32, (OUTCOMES,)."""
    others = [np.count_nonzero(rows) for rows in (values == np.inf, values == -np.inf, np.isnan(values))]
    return np.array([len(values) - sum(others), *others], np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What decides why rows fail, each (rows,).

    overflown:     bool, whether a logit is infinite that no formula survives: any at +inf, the target's at -inf
    largest:       the largest logit
    total:         the sum of the exponentials
    shifted_total: the same, the largest logit taken out first
    target_exp:    the target's exponential
    """

    overflown: Tensor
    largest: Tensor
    total: Tensor
    shifted_total: Tensor
    target_exp: Tensor


def facts(logits: Tensor, targets: Tensor) -> Facts:
    """What torch makes of each row: logits (rows, classes), targets (rows,)."""
    largest, of_target = logits.amax(-1), logits[torch.arange(len(targets)), targets]
    return Facts(
        overflown=overflown(largest, of_target),
        largest=largest,
        total=logits.exp().sum(-1),
        shifted_total=(logits - largest[:, None]).exp().sum(-1),
        target_exp=of_target.exp(),
    )


def overflown(largest: Tensor, of_target: Tensor) -> Tensor:
    """Whether a row's logits lose its loss before any formula runs: one at +inf or nan, or the target's at -inf.

    Another class at -inf has a share of 0, whatever the formula: the loss is that of the row without it.
    """
    return ~(largest < torch.inf) | (of_target == -torch.inf)


def causes(formula: str, logits: Tensor, targets: Tensor, nll: Tensor) -> Tensor:
    """Index into CAUSES of each row: 0 where its loss is finite, else the first operation that failed.

    formula: a name in `core.losses.FORMULAS`
    logits:  (rows, classes), targets: (rows,), nll: (rows,) as that formula gave it
    Returns: uint8, (rows,)
    """
    codes = torch.zeros(nll.shape, dtype=torch.uint8)
    failed = ~nll.isfinite()
    if failed.any():
        found, otherwise = _what_failed(formula, facts(logits[failed], targets[failed]))
        why = torch.full_like(found["logit overflows"], _CODE[otherwise], dtype=torch.uint8)
        for cause, rows in reversed(found.items()):
            why.masked_fill_(rows, _CODE[cause])
        codes[failed] = why
    return codes


def cause_counts(formula: str, known: Facts, failed: np.ndarray) -> np.ndarray:
    """How many rows `causes` would give each of CAUSES: int32, (CAUSES,).

    failed: bool, (rows,), whose loss by that formula is not finite
    """
    counts = np.zeros(len(CAUSES), np.int32)
    if failed.any():
        found, otherwise = _what_failed(formula, known)
        left = failed.copy()
        for cause, rows in found.items():
            counts[_CODE[cause]] = np.count_nonzero(left & rows.numpy())
            left &= ~rows.numpy()
        counts[_CODE[otherwise]] += np.count_nonzero(left)
    counts[0] = len(failed) - counts.sum()
    return counts


def _what_failed(formula: str, it: Facts) -> tuple[dict[str, Tensor], str]:
    """Where each cause holds, in the order of the operations, and the cause of failed rows for which none does."""
    found = {"logit overflows": it.overflown}
    if formula not in ("log_of_softmax", "unshifted_log_softmax"):  # the maximum was taken out
        return found | {"sum overflows": it.shifted_total.isinf()}, "answer exceeds the dtype"
    found |= {
        "exp overflows": it.largest.exp().isinf(),
        "sum overflows": it.total.isinf(),
        "whole row underflows": it.total == 0,
    }
    if formula == "unshifted_log_softmax":  # which never divides
        return found, "answer exceeds the dtype"
    return found | {"target underflows": it.target_exp == 0}, "quotient underflows"
