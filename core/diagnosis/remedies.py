"""What to write instead, and what it makes of the batch: every line that is recommended has been run on it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.diagnosis.report import IGNORE_INDEX, Report, Run, run_of

Loss = Callable[[Tensor, Tensor, int], Tensor]


@dataclass(frozen=True, slots=True)
class Remedy:
    """Lines to change and what came of the new ones.

    before, after: code, a line each; `after` was run
    run:           what it gave
    left_out:      rows that `after` keeps out of the loss, beside the ignored ones
    inputs:        what it ran on, in words
    """

    before: str
    after: str
    run: Run
    left_out: int
    inputs: str


# Rows no loss can be computed of: which trouble, the code that keeps the others, and the same as a function.
KEEPS: dict[str, tuple[str, Callable[[Tensor, Tensor], Tensor]]] = {
    "target is no class": (
        "(targets >= 0) & (targets < logits.shape[-1])",
        lambda x, t: (t >= 0) & (t < x.shape[-1]),
    ),
    "nan among the logits": ("~logits.isnan().any(-1)", lambda x, _: ~x.isnan().any(-1)),
    "inf among the logits": ("(logits < torch.inf).all(-1)", lambda x, _: (x < torch.inf).all(-1)),
    "every class masked": ("(logits > -torch.inf).any(-1)", lambda x, _: (x > -torch.inf).any(-1)),
    "target masked": (
        "logits.gather(-1, targets.clamp(0, logits.shape[-1] - 1)[:, None])[:, 0] > -torch.inf",
        lambda x, t: x.gather(-1, t.clamp(0, x.shape[-1] - 1)[:, None])[:, 0] > -torch.inf,
    ),
}

CALL = "loss = F.cross_entropy(logits, targets)"


def remedy(report: Report, before: str = CALL) -> Remedy:
    """The stable call that fits the batch: in float32 where the dtype has 16 bits, without rows that have no loss."""
    if report.counted == 0:
        return _of_no_rows(report, before)
    if label := _one_wrong_label(report):
        return _ran(report, before, cross_entropy(report, ignored=label), ignored=label)
    troubles = [name for name in KEEPS if len(report.troubles[name])] + ["ignored"] * bool(len(spoiling(report)))
    if not troubles:
        return _ran(report, before, cross_entropy(report))
    return _without(report, before, troubles)


def of_probabilities(report: Report) -> Remedy:
    """One softmax instead of two. The batch holds shares: their log undoes the first, but for a constant a row."""
    ignored = report.ignore_index
    shares = report.source.to(_wide(report)[1])
    return Remedy(
        "loss = F.cross_entropy(logits.softmax(-1), targets)",
        cross_entropy(report),
        run_of(lambda z: F.nll_loss(z.log(), report.targets, ignore_index=ignored), shares),
        0,
        "the log of these shares, F.nll_loss(shares.log(), targets)",
    )


def of_wider_logits(report: Report) -> Remedy:
    """The layer before the loss in float32, whose logits came in the file as they were."""
    ignored, wide = report.ignore_index, torch.promote_types(report.source.dtype, torch.float32)
    after = f"logits = head(hidden.float())\n{_call('logits', 'targets', ignored)}"
    run = run_of(lambda z: F.cross_entropy(z, report.targets, ignore_index=ignored), report.source.to(wide))
    return Remedy(f"logits = head(hidden)\n{CALL}", after, run, 0, f"the logits as they came, in {str(wide)[6:]}")


def cross_entropy(report: Report, kept: str = "", ignored: int | None = None) -> str:
    """The call as code."""
    return _call(
        f"logits{kept}{_wide(report)[0]}", f"targets{kept}", report.ignore_index if ignored is None else ignored
    )


def _call(logits: str, targets: str, ignored: int, more: str = "") -> str:
    ignoring = "" if ignored == IGNORE_INDEX else f", ignore_index={ignored}"
    return f"loss = F.cross_entropy({logits}, {targets}{ignoring}{more})"


def _wide(report: Report) -> tuple[str, torch.dtype]:
    """What to write behind logits so that the loss is computed in 32 bits at least, and that dtype."""
    if torch.finfo(report.logits.dtype).bits == 16:
        return ".float()", torch.float32
    return "", report.logits.dtype


def _ran(report: Report, before: str, after: str, ignored: int | None = None) -> Remedy:
    index = report.ignore_index if ignored is None else ignored
    run = run_of(lambda x: F.cross_entropy(x.to(_wide(report)[1]), report.targets, ignore_index=index), report.logits)
    return Remedy(before, after, run, 0, "this batch")


def _without(report: Report, before: str, troubles: list[str]) -> Remedy:
    conditions = KEEPS | {"ignored": (f"targets != {report.ignore_index}", lambda _, t: t != report.ignore_index)}
    keep = torch.ones(report.rows, dtype=torch.bool)
    for name in troubles:
        keep &= conditions[name][1](report.logits, report.targets)
    code = " & ".join(f"({conditions[name][0]})" if len(troubles) > 1 else conditions[name][0] for name in troubles)
    targets, ignored = report.targets[keep], report.ignore_index
    counted = int((targets != ignored).sum())
    after = f"keep = {code}\n{cross_entropy(report, '[keep]')}"
    run = run_of(lambda x: F.cross_entropy(x[keep].to(_wide(report)[1]), targets, ignore_index=ignored), report.logits)
    return Remedy(before, after, run, report.counted - counted, "this batch")


def _of_no_rows(report: Report, before: str) -> Remedy:
    ignored, wide = report.ignore_index, _wide(report)
    total = _call(f"logits{wide[0]}", "targets", ignored, ', reduction="sum"')
    after = f"{total}\nloss = loss / (targets != {ignored}).sum().clamp(min=1)"

    def loss(x: Tensor) -> Tensor:
        total = F.cross_entropy(x.to(wide[1]), report.targets, ignore_index=ignored, reduction="sum")
        return total / (report.targets != ignored).sum().clamp(min=1)

    return Remedy(before, after, run_of(loss, report.logits), 0, "this batch")


def _one_wrong_label(report: Report) -> int | None:
    """The one negative number that all targets are that are no class: somebody's own sign for "ignore this"."""
    wrong = report.targets[torch.from_numpy(report.troubles["target is no class"])].unique().tolist()
    others = any(len(report.troubles[name]) for name in KEEPS if name != "target is no class")
    alone = len(wrong) == 1 and wrong[0] < 0 and not len(report.troubles["ignored"]) and not others
    return wrong[0] if alone and len(report.judged) else None


def spoiling(report: Report) -> np.ndarray:
    """Numbers of the ignored rows whose logits make the gradient of the whole batch nan."""
    rows = report.troubles["ignored"]
    if report.own is None or report.own.gradient:
        return rows[:0]
    ignored = report.logits[torch.from_numpy(rows)]
    return rows[(~(ignored < torch.inf).all(-1) | (ignored == -torch.inf).all(-1)).numpy()]
