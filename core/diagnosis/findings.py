"""What is wrong with a batch, in one sentence: the first finding that holds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.diagnosis import faults, troubles
from core.diagnosis.fates import NAIVE, OWN
from core.diagnosis.remedies import Remedy
from core.diagnosis.report import TROUBLES, Report
from core.outcomes import CAUSES

# From what no loss can mend, over what F.cross_entropy itself loses, to what only some formulas do. A row that arrives
# with nan or inf is lost before its target, or any other row's, is looked at. Of what formulas lose nan goes first: it
# makes the mean nan whatever the other rows are. Then inf, then gradients.
FINDINGS: Mapping[str, faults.Finding] = {
    "nan among the logits": troubles.arrives_nan,
    "inf among the logits": troubles.arrives_inf,
    "target is no class": troubles.no_class,
    "no rows": troubles.no_rows,
    "logit overflows": troubles.logit_overflows,
    "every class masked": troubles.all_masked,
    "target masked": troubles.target_masked,
    "ignored rows spoil the gradient": troubles.ignored_rows_spoil,
    "probabilities": troubles.probabilities,
    "F.cross_entropy loses a row": faults.own_row,
    "F.cross_entropy's mean overflows": faults.own_mean,
    "softmax, then log loses a row": lambda report: (
        None if faults.by_hand_is_nan(report) else faults.shares_lose(report)
    ),
    "log of softmax loses a row": faults.by_hand_loses,
    "softmax, then log loses a gradient": faults.shares_hide,
    "log of softmax loses a gradient": faults.by_hand_hides,
    "another formula loses a row": faults.another,
    "nothing": faults.nothing,
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """found: name in FINDINGS; row, sentence, why: as `core.diagnosis.words.Told` has them; remedy: what mends it."""

    found: str
    row: int | None
    sentence: str
    why: str
    remedy: Remedy

    @property
    def fails(self) -> bool:
        return self.found != "nothing"


def diagnosis(report: Report) -> Diagnosis:
    """The first of FINDINGS that holds; the last always does."""
    told = ((name, look(report)) for name, look in FINDINGS.items())
    return next(Diagnosis(name, *found) for name, found in told if found)


def failures(report: Report, formula: str) -> dict[str, np.ndarray]:
    """Cause -> numbers of the rows whose loss by one formula is not finite.

    A cause is a trouble the row came with, else one of `core.outcomes.CAUSES`.
    """
    fate = report.fates[formula]
    lost = report.judged[fate.failed]
    found = {name: np.intersect1d(lost, report.troubles[name]) for name in TROUBLES}
    troubled = np.concatenate(list(found.values()))
    for code, cause in enumerate(CAUSES[2:], 2):  # "logit overflows" is among the troubles
        found[cause] = np.setdiff1d(report.judged[fate.causes == code], troubled)
    return {cause: rows for cause, rows in found.items() if len(rows)}


def hidden(report: Report, formula: str) -> np.ndarray:
    """Numbers of the rows whose loss by one formula is finite and whose gradient is not."""
    return report.judged[report.fates[formula].hidden]


def zeros(report: Report, formula: str) -> int:
    """How many losses are exactly 0."""
    return int((report.fates[formula].nll == 0).sum())


def worst(report: Report, most: int) -> np.ndarray:
    """Numbers of the rows that fare worst: broken ones; those F.cross_entropy loses; those the textbook loses, or loses
    the gradient of; then those with the least headroom. Ignored ones are never among them."""
    rank, room = np.zeros(report.rows), np.full(report.rows, np.inf)
    lost = [report.judged[report.fates[name].failed] for name in (NAIVE, OWN)]
    broken = np.concatenate([report.troubles[name] for name in TROUBLES[1:]])
    for weight, rows in enumerate((hidden(report, NAIVE), *lost, broken), 1):
        rank[rows] = weight
    least = least_headroom(report)
    room[report.judged] = np.where(np.isnan(least), np.inf, least)
    order = np.lexsort((room, -rank))
    return order[~np.isin(order, report.troubles["ignored"])][:most]


def least_headroom(report: Report) -> np.ndarray:
    """The factor by which each judged row's logits can grow before the textbook loses it, its loss or its gradient."""
    return np.minimum(report.headroom["log of softmax"], report.headroom["its gradient"])
