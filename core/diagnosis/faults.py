"""Findings about formulas: the rows that one of them loses, forward or backward, though the batch itself is sound."""

from collections.abc import Callable

import numpy as np
import torch.nn.functional as F

from core.backward import backward_walk
from core.diagnosis.fates import NAIVE, NAMES, OWN, SOFTMAX
from core.diagnosis.remedies import remedy
from core.diagnosis.report import Report
from core.diagnosis.words import Told, alike, counted
from core.dtypes import limits, shortest
from core.outcomes import CAUSES
from core.reasons import reason, reason_of_gradient
from core.walk import walk

Finding = Callable[[Report], Told | None]

_PICKED = "loss = -log_probs[torch.arange(len(targets)), targets].mean()"

# How a sentence calls a way to write the loss, and what somebody's code says who writes it so.
_SUBJECTS = {SOFTMAX: "Softmax and then its log", NAIVE: "Softmax by hand and then its log"}
_WRITTEN = {
    SOFTMAX: f"log_probs = logits.softmax(-1).log()\n{_PICKED}",
    NAIVE: f"log_probs = (logits.exp() / logits.exp().sum(-1, keepdim=True)).log()\n{_PICKED}",
}


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


def _lost(formula: str, because: Callable[[Report, int], str]) -> Finding:
    """A finding for a formula that loses rows: it names the first that is nan, as then the mean is, else the first."""

    def look(report: Report) -> Told | None:
        fate = report.fates[formula]
        rows, nans = report.judged[fate.failed], report.judged[np.isnan(fate.nll)]
        if not len(rows):
            return None
        row = int(nans[0] if len(nans) else rows[0])
        cause = CAUSES[fate.causes[np.searchsorted(report.judged, row)]]
        which = "first row" if row == rows[0] else "and the mean to row"
        return Told(
            row,
            f"{_SUBJECTS[formula]} loses {len(rows):,} of {counted(report.rows)} in {report.dtype}, {which} {row}, "
            f"whose loss is {_loss(report, formula, row)}: {cause}.",
            because(report, row),
            remedy(report, _WRITTEN[formula]),
        )

    return look


def _hidden(formula: str, because: Callable[[Report, int], str]) -> Finding:
    def look(report: Report) -> Told | None:
        rows = report.judged[report.fates[formula].hidden]
        if not len(rows):
            return None
        row = int(rows[0])
        return Told(
            row,
            f"{_SUBJECTS[formula]} loses the gradient of {len(rows):,} of {counted(report.rows)} in {report.dtype} "
            f"although {'the loss looks' if len(rows) == 1 else 'the losses look'} fine, first that of row {row}: one "
            "step of training makes weights nan.",
            because(report, row),
            remedy(report, _WRITTEN[formula]),
        )

    return look


def _steps(report: Report, row: int) -> str:
    walked = walk(NAIVE, report.logits[row], int(report.targets[row]))
    return reason(walked, report.dtype).strip()


def _steps_back(report: Report, row: int) -> str:
    return reason_of_gradient(backward_walk(NAIVE, report.logits[row], int(report.targets[row])), report.dtype)


def _share_of_target(report: Report, row: int) -> str:
    share = report.logits[row].double().softmax(-1)[int(report.targets[row])].item()
    return (
        f"PyTorch's softmax takes the maximum out, so nothing overflows; but the target's share, {share:.3g}, rounds "
        f"to 0: the smallest {report.dtype} above 0 is {limits(report.dtype).smallest:.3g}. And -log 0 is inf."
    )


def _share_of_another(report: Report, row: int) -> str:
    lost = (report.logits[row].softmax(-1) == 0).nonzero().flatten().tolist()
    where = f"The share of class {lost[0]} is 0" if lost else "A share is too small"
    return (
        f"{where}: on the way back log divides by it, and 0 / 0 is nan, which softmax's backward spreads over the row."
    )


shares_lose, shares_hide = _lost(SOFTMAX, _share_of_target), _hidden(SOFTMAX, _share_of_another)
by_hand_loses, by_hand_hides = _lost(NAIVE, _steps), _hidden(NAIVE, _steps_back)


def by_hand_is_nan(report: Report) -> bool:
    """Whether softmax by hand makes the mean nan. PyTorch's own makes it inf at most, and is no account of a nan."""
    return bool(np.isnan(report.fates[NAIVE].nll).any())


def another(report: Report) -> Told | None:
    """A formula loses a row that the ones before keep: none is known to, but nothing is said to be fine unseen."""
    lost = {name: report.judged[fate.failed | fate.hidden] for name, fate in report.fates.items()}
    name = next((name for name, rows in lost.items() if len(rows)), None)
    if name is None:
        return None
    row = int(lost[name][0])
    return Told(
        row,
        f"{NAMES[name]} loses the loss or the gradient of {len(lost[name]):,} of {counted(report.rows)} in "
        f"{report.dtype}, first row {row}.",
        "F.cross_entropy loses none of them.",
        remedy(report),
    )


def nothing(report: Report) -> Told | None:
    return Told(
        None,
        f"Nothing fails in {report.dtype}: {len(NAMES)} ways to write the loss and their gradients are finite on "
        f"{'the one row' if len(report.judged) == 1 else f'all {len(report.judged):,} rows'}.",
        "If training went nan all the same, it was on another batch, in another dtype, or before the loss.",
        remedy(report),
    )


def _loss(report: Report, formula: str, row: int) -> str:
    return shortest(float(report.fates[formula].nll[np.searchsorted(report.judged, row)]), report.dtype)
