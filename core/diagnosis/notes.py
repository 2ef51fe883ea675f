"""What else there is to say about a batch: one plain sentence each, beside the diagnosis."""

from collections.abc import Iterator

import numpy as np

from core.diagnosis.fates import NAIVE, NAMES, OWN, SOFTMAX
from core.diagnosis.findings import Diagnosis, failures, hidden, zeros
from core.diagnosis.report import TROUBLES, Report
from core.diagnosis.words import counted

_TROUBLE = {
    "ignored": "{rows} ignored: the target is {index}.",
    "target is no class": "{rows} with a target that is no class.",
    "nan among the logits": "{rows} with nan among the logits.",
    "inf among the logits": "{rows} with inf among the logits.",
    "logit overflows": "{rows} with a logit beyond {dtype}.",
    "every class masked": "{rows} with every class masked by -inf.",
    "target masked": "{rows} with the target masked by -inf.",
}


def notes(report: Report, told: Diagnosis) -> tuple[str, ...]:
    """Sentences about what the diagnosis did not lead with."""
    return tuple(_notes(report, told))


def _notes(report: Report, told: Diagnosis) -> Iterator[str]:
    if told.found.startswith(("log of softmax", "softmax")):
        yield "F.cross_entropy loses no row here: if your code calls it already, the nan was born before the loss."
    if told.found.startswith("softmax, then log") and (by_hand := int(report.fates[NAIVE].failed.sum())):
        yield f"Written by hand, as exp over its sum, softmax and then log loses {counted(by_hand)}."
    if told.found.startswith("log of softmax"):
        yield from _lost(report, SOFTMAX, "")
    if told.found in TROUBLES:
        yield from _hidden_by(report)
    own = report.own
    if own is not None and report.counted and not told.found.startswith("F.cross_entropy"):
        gradient = "finite" if own.gradient else "not finite"
        yield f"F.cross_entropy's own mean in {report.dtype} is {own.loss:.6g}; its gradient is {gradient}."
    for name in TROUBLES:
        if len(report.troubles[name]) and name != told.found:
            rows = counted(len(report.troubles[name]))
            yield _TROUBLE[name].format(rows=rows, index=report.ignore_index, dtype=report.dtype)
    if partly := int(report.masked.sum()):
        yield f"{counted(partly)} with at least one class at -inf; how far these can grow is not computed."
    if len(lost := hidden(report, SOFTMAX)) and told.found != "softmax, then log loses a gradient":
        yield f"logits.softmax(-1).log() gives {counted(len(lost))} a finite loss and no finite gradient."
    if lost_digits := zeros(report, OWN):
        share = lost_digits / len(report.judged)
        yield (
            f"{lost_digits:,} of {counted(len(report.judged), 'loss', 'losses')} ({share:.0%}) "
            f"{'is' if lost_digits == 1 else 'are'} exactly 0 by F.cross_entropy in {report.dtype}; on paper only a "
            "row with a single class left has a loss of 0."
        )
    if (shares := report.alike["probabilities"]) and told.found != "probabilities":
        yield f"Like probabilities, nowhere negative and with a sum of 1: {counted(shares)}."
    if logs := report.alike["log-probabilities"]:
        yield f"Like log-probabilities: {counted(logs)}. F.cross_entropy leaves them as they are; F.nll_loss is enough."


def _hidden_by(report: Report) -> Iterator[str]:
    """What formulas lose besides the rows that were broken before."""
    for name in (SOFTMAX, NAIVE, OWN):
        yield from _lost(report, name, "Besides, ")


def _lost(report: Report, name: str, begin: str) -> Iterator[str]:
    lost = {cause: rows for cause, rows in failures(report, name).items() if cause not in TROUBLES}
    if lost:
        rows = np.concatenate(list(lost.values()))
        yield f"{begin}{NAMES[name]} loses {counted(len(rows))}, row {rows.min()} first: {', '.join(lost)}."
