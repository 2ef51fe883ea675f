"""Findings that no formula is to blame for: what is wrong with the batch before any loss runs."""

from collections.abc import Callable

from core.diagnosis.remedies import of_probabilities, of_wider_logits, remedy, spoiling
from core.diagnosis.report import Report, beyond
from core.diagnosis.words import Told, alike, counted
from core.dtypes import limits

Finding = Callable[[Report], Told | None]

_MOSTLY = 0.9  # a batch is taken for probabilities when so many of its rows look like them


def no_rows(report: Report) -> Told | None:
    if report.counted:
        return None
    what = f"Every target is {report.ignore_index}, which is ignored" if report.rows else "The batch has no rows"
    why = "A mean divides by the number of losses, and 0 / 0 is nan. Divide by at least 1, or skip such a batch."
    return Told(None, f"{what}: the mean of no losses is nan.", why, remedy(report))


def first_of(trouble: str, sentence: Callable[[Report, int, str], str], why: str) -> Finding:
    """A finding for the rows with a trouble: the sentence is given the first one, and how many fare alike."""

    def look(report: Report) -> Told | None:
        rows = report.troubles[trouble]
        if not len(rows):
            return None
        row = int(rows[0])
        return Told(row, sentence(report, row, alike(len(rows), report.rows)), why, remedy(report))

    return look


no_class = first_of(
    "target is no class",
    lambda report, row, more: (
        f"Row {row} has the target {report.targets[row]}, but "
        f"{'the classes are 0 to' if report.classes > 1 else 'the only class is'} {report.classes - 1:,}{more}."
    ),
    "F.cross_entropy refuses such a target; plain indexing takes a negative one for a class counted from the end, "
    "without a word. Look where the labels are made.",
)

_UPSTREAM = (
    "No loss undoes that. Find the first layer whose output is not finite: torch.autograd.set_detect_anomaly(True), or "
    "assert out.isfinite().all() behind each. The lines below only keep such rows out."
)
arrives_nan = first_of(
    "nan among the logits",
    lambda _, row, more: f"Row {row} arrives with nan among its logits{more}: it was made before the loss.",
    _UPSTREAM,
)
arrives_inf = first_of(
    "inf among the logits",
    lambda _, row, more: f"Row {row} arrives with inf among its logits{more}: a layer before the loss overflowed.",
    _UPSTREAM,
)
all_masked = first_of(
    "every class masked",
    lambda _, row, more: (
        f"Row {row} masks every class with -inf{more}: its loss is nan by any formula, F.cross_entropy included."
    ),
    "Its shares are 0 / 0, and the maximum to subtract is -inf: -inf minus -inf is nan. Such a row has nothing to "
    "learn from: keep it out of the loss, or leave one class unmasked.",
)
target_masked = first_of(
    "target masked",
    lambda report, row, more: (
        f"Row {row} masks its own target, class {report.targets[row]}, with -inf{more}: its loss is inf by any formula."
    ),
    "The share of a masked class is 0, and -log 0 is inf. Either the mask or the label is wrong.",
)


def logit_overflows(report: Report) -> Told | None:
    rows = report.troubles["logit overflows"]
    if not len(rows):
        return None
    row, dtype = int(rows[0]), report.dtype
    at = slice(row, row + 1)
    lost = report.source[at][beyond(report.source[at], report.logits[at], report.targets[at])][0].item()
    return Told(
        row,
        f"Row {row} holds the logit {lost:.6g}, beyond the largest {dtype}, {limits(dtype).largest:.5g}"
        f"{alike(len(rows), report.rows)}: it is infinite before any loss runs.",
        f"The layer that makes the logits needs a wider dtype than {dtype}, and so does the loss.",
        of_wider_logits(report),
    )


def ignored_rows_spoil(report: Report) -> Told | None:
    rows = spoiling(report)
    if not len(rows):
        return None
    row = int(rows[0])
    return Told(
        row,
        f"Row {row} is ignored by the loss, for its target is {report.ignore_index}, but not by its gradient, which is "
        f"nan: the row holds nan, inf or nothing but -inf{alike(len(rows), report.rows)}.",
        "F.cross_entropy sends such a row a gradient of 0, and 0 times nan is nan. Take the rows out before the loss.",
        remedy(report),
    )


def probabilities(report: Report) -> Told | None:
    shares, of = report.alike["probabilities"], len(report.judged)
    if not shares or shares < _MOSTLY * of:
        return None
    flat = "Softmax of numbers between 0 and 1 is nearly flat, so the loss can hardly fall."
    now = f" As it stands F.cross_entropy gives {report.own.loss:.4g}." if report.own else ""
    return Told(
        None,
        f"These look like probabilities, not logits: {shares:,} of {counted(of)} {'is' if shares == 1 else 'are'} "
        f"nowhere negative and {'sums' if shares == 1 else 'sum'} to 1, so the loss takes softmax a second time.",
        f"{flat}{now}",
        of_probabilities(report),
    )
