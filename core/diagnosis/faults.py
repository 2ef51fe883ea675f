"""Findings about formulas: the rows that one of them loses, forward or backward, though the batch itself is sound."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.backward import backward_walk
from core.diagnosis.remedies import remedy
from core.diagnosis.report import OWN, Report
from core.diagnosis.words import Told, alike
from core.dtypes import limits, shortest
from core.losses import FORMULAS
from core.outcomes import CAUSES
from core.reasons import reason, reason_of_gradient
from core.walk import walk

Finding = Callable[[Report], Told | None]

# What somebody's code says who computes the loss by a formula.
WRITTEN = {
    "log_of_softmax": "loss = -logits.softmax(-1).log()[torch.arange(len(targets)), targets].mean()",
    "unshifted_log_softmax": (
        "log_probs = logits - logits.exp().sum(-1, keepdim=True).log()\n"
        "loss = -log_probs[torch.arange(len(targets)), targets].mean()"
    ),
}
_NAMES = {"log_of_softmax": "Softmax and then its log", "unshifted_log_softmax": "Log-sum-exp without the shift"}


def own_row(report: Report) -> Told | None:
    """F.cross_entropy loses a row."""
    rows = report.judged[report.fates[OWN].failed]
    if not len(rows):
        return None
    row, dtype, more = int(rows[0]), report.dtype, alike(len(rows), report.rows)
    truth = F.cross_entropy(report.logits[row : row + 1].double(), report.targets[row : row + 1]).item()
    most = limits(dtype).largest
    return Told(
        row,
        f"F.cross_entropy itself gives {_loss(report, OWN, row)} on row {row} in {dtype}{more}.",
        f"Its loss is {truth:.5g}, and the largest {dtype} is {most:.5g}."
        + ("" if truth > most else f" The loss would fit, but the sum of {report.classes:,} exps on the way does not."),
        remedy(report),
    )


def own_mean(report: Report) -> Told | None:
    """F.cross_entropy loses none but cannot add them up."""
    own, dtype = report.own, report.dtype
    if own is None or own.finite:
        return None
    total = report.fates[OWN].nll.sum()
    return Told(
        None,
        f"No row fails, but F.cross_entropy's own mean of the {report.counted:,} losses is {own.loss:g} in {dtype}.",
        f"It adds up all losses in {dtype} before it divides. Their sum is {total:,.6g}; the largest {dtype} is "
        f"{limits(dtype).largest:,.6g}.",
        remedy(report),
    )


def loses(formula: str) -> Finding:
    """Rows whose loss a formula loses."""

    def look(report: Report) -> Told | None:
        fate = report.fates[formula]
        rows = report.judged[fate.failed]
        if not len(rows):
            return None
        row = int(rows[0])
        cause = CAUSES[fate.causes[np.searchsorted(report.judged, row)]]
        walked = walk(formula, unmasked(report.logits[row]), int(report.targets[row]))
        return Told(
            row,
            f"{_NAMES[formula]} loses {len(rows):,} of {report.rows:,} rows in {report.dtype}, first row {row}, "
            f"whose loss is {_loss(report, formula, row)}: {cause}.",
            reason(walked, report.dtype).strip(),
            remedy(report, WRITTEN[formula]),
        )

    return look


def hides(formula: str) -> Finding:
    """Rows whose gradient a formula loses although their loss is finite."""

    def look(report: Report) -> Told | None:
        rows = report.judged[report.fates[formula].hidden]
        if not len(rows):
            return None
        row = int(rows[0])
        back = backward_walk(formula, report.logits[row], int(report.targets[row]))
        return Told(
            row,
            f"{_NAMES[formula]} loses the gradient of {len(rows):,} of {report.rows:,} rows in {report.dtype} although "
            f"the losses look fine, first that of row {row}: one step of training makes weights nan.",
            reason_of_gradient(back, report.dtype),
            remedy(report, WRITTEN[formula]),
        )

    return look


def nothing(report: Report) -> Told | None:
    return Told(
        None,
        f"Nothing fails in {report.dtype}: all {len(FORMULAS)} formulas and their gradients are finite on all "
        f"{len(report.judged):,} rows.",
        "If training went nan all the same, it was on another batch, in another dtype, or before the loss.",
        remedy(report),
    )


def unmasked(logits: Tensor) -> Tensor:
    """Masked classes as the least finite number, whose exp is 0 as well: a mask is no overflow."""
    return logits.masked_fill(logits == -torch.inf, torch.finfo(logits.dtype).min)


def _loss(report: Report, formula: str, row: int) -> str:
    return shortest(float(report.fates[formula].nll[np.searchsorted(report.judged, row)]), report.dtype)
