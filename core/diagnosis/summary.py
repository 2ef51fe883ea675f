"""What a page shows of a batch, and no more: it is small, however large the batch."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from core.diagnosis import headroom
from core.diagnosis.fates import NAIVE, NAMES, OWN
from core.diagnosis.findings import Diagnosis, diagnosis, failures, hidden, least_headroom, worst, zeros
from core.diagnosis.notes import notes
from core.diagnosis.reading import MOST_BYTES, Batch, File, dtype_of, parse, read
from core.diagnosis.report import IGNORE_INDEX, TROUBLES, Report, measured
from core.diagnosis.text import BatchError
from core.dtypes import Dtype, shortest
from core.rows import MOST_CLASSES

ROWS = 8


@dataclass(frozen=True, slots=True)
class Loss:
    """What one formula makes of the judged rows.

    lost:   cause -> how many losses are not finite for it; hidden: how many have a finite loss and no finite gradient
    zeros:  how many losses are exactly 0
    """

    label: str
    lost: Mapping[str, int]
    hidden: int
    zeros: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row, its numbers in the fewest digits that name them in the dtype; empty where it was not judged.

    gradient: whether the naive gradient is finite, in words; headroom: by how much its logits can grow; why: what is
              lost first
    typed:    its logits as text, where a box for a short row takes them; None elsewhere
    """

    number: int
    target: int
    largest: str
    naive: str
    gradient: str
    own: str
    headroom: str
    why: str
    typed: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """rows, classes, counted: of the batch; judged: rows the formulas ran on; known: those whose headroom is computed.

    own_dtype: the one that the file holds, None for text; lost_by_factor: as `core.diagnosis.headroom` has it, with
    its sentence; worst: the first row of the diagnosis, then those that fare worst
    """

    dtype: Dtype
    own_dtype: Dtype | None
    rows: int
    classes: int
    counted: int
    judged: int
    told: Diagnosis
    notes: tuple[str, ...]
    losses: tuple[Loss, ...]
    known: int
    lost_by_factor: Mapping[str, np.ndarray]
    headroom: str
    worst: tuple[Row, ...]


def summary(
    brought: File | str | Batch | None,
    targets: File | None,
    dtype: Dtype | None,
    otherwise: Dtype = "float32",
    ignore_index: int = IGNORE_INDEX,
    most: int = MOST_BYTES,
) -> Summary:
    """Reads, measures and diagnoses what was brought.

    brought: a file, its targets in it or in a file of their own; pasted text; a batch; None where there are but targets
    dtype:   in which to measure; None for the one that the file holds, or, where it has none, `otherwise`
    most:    bytes a file may have, also once it is unpacked; characters of a text
    Raises:  BatchError, one sentence, whatever was brought
    """
    batch, own = _batch(brought, targets, most)
    report = measured(*batch, dtype or own or otherwise, ignore_index)
    told, known = diagnosis(report), headroom.known(report)
    return Summary(
        dtype=report.dtype,
        own_dtype=own,
        rows=report.rows,
        classes=report.classes,
        counted=report.counted,
        judged=len(report.judged),
        told=told,
        notes=notes(report, told),
        losses=tuple(_loss(report, name, label) for name, label in NAMES.items()),
        known=known,
        lost_by_factor=headroom.lost_by_factor(report),
        headroom=headroom.sentence(report) if known else "",
        worst=_worst(report, told),
    )


def _batch(brought: File | str | Batch | None, targets: File | None, most: int) -> tuple[Batch, Dtype | None]:
    """The batch, and the dtype that a file holds it in."""
    if brought is None:
        raise BatchError("These are the targets; bring the logits too")
    if isinstance(brought, str):
        return parse(brought, most), None
    if isinstance(brought, File):
        batch = read(brought, targets, most)
        return batch, dtype_of(batch, brought.name)
    return brought, None


def _loss(report: Report, name: str, label: str) -> Loss:
    lost = {cause: len(rows) for cause, rows in failures(report, name).items()}
    return Loss(label, lost, len(hidden(report, name)), zeros(report, name))


def _worst(report: Report, told: Diagnosis) -> tuple[Row, ...]:
    first = [] if told.row is None else [told.row]
    numbers = list(dict.fromkeys([*first, *worst(report, ROWS).tolist()]))[:ROWS]
    causes, room = failures(report, NAIVE), least_headroom(report)
    return tuple(_row(report, number, causes, room) for number in numbers)


def _row(report: Report, number: int, causes: Mapping[str, np.ndarray], room: np.ndarray) -> Row:
    target, largest = int(report.targets[number]), shortest(report.logits[number].max().item(), report.dtype)
    trouble = next((name for name in TROUBLES if number in report.troubles[name]), "")
    at = int(np.searchsorted(report.judged, number))
    if at == len(report.judged) or report.judged[at] != number:
        return Row(number, target, largest, "", "", "", "", trouble, None)
    naive, own = report.fates[NAIVE], report.fates[OWN]
    cause = next((cause for cause, rows in causes.items() if number in rows), "")
    return Row(
        number,
        target,
        largest,
        shortest(float(naive.nll[at]), report.dtype),
        "finite" if naive.gradient[at] else "not finite",
        shortest(float(own.nll[at]), report.dtype),
        "" if np.isnan(room[at]) else "never" if np.isinf(room[at]) else f"×{room[at]:.4g}",
        trouble or cause or ("gradient lost" if not naive.gradient[at] else "none"),
        None if trouble else _typed(report.logits[number], report.dtype),
    )


def _typed(logits: torch.Tensor, dtype: Dtype) -> str | None:
    return ", ".join(shortest(value, dtype) for value in logits.tolist()) if len(logits) <= MOST_CLASSES else None
