"""What people bring -> a batch: logits and one target a row."""

from typing import NamedTuple

import torch
from torch import Tensor

from core.diagnosis.formats import BINARY, Named, tensors
from core.diagnosis.text import MOST_CLASSES, BatchError, rows_of_text, shown
from core.dtypes import DTYPES, Dtype, dtype_name, torch_dtype

MOST_BYTES = 2**20

_LOGITS = ("logits", "logit", "outputs", "output", "scores", "x")
_TARGETS = ("targets", "target", "labels", "label", "y")
_FLOATS = tuple(map(torch_dtype, DTYPES))


class Batch(NamedTuple):
    """logits: (rows, classes), in the dtype they came in; targets: int64, (rows,), whatever numbers they are."""

    logits: Tensor
    targets: Tensor


class File(NamedTuple):
    """A file as it was brought."""

    name: str
    content: bytes


def read(logits: File, targets: File | None = None, most: int = MOST_BYTES) -> Batch:
    """The batch in one file or two.

    logits:  .npy, .npz, .safetensors or .csv. Without a second file the targets are its array called targets (or
             labels, or y), or the last column of a .csv
    targets: in any of these formats, one a row
    most:    bytes a file may have, also once it is unpacked
    Raises:  BatchError, whatever the bytes are
    """
    found = tensors(logits.name, logits.content, most)
    if targets is not None:
        return checked(_logits(found, shown(logits.name)), _targets(targets, most))
    if logits.name.lower().endswith(".csv"):
        return _last_column(found[""], shown(logits.name))
    inline = next((found[key] for key in _TARGETS if key in found), None)
    if inline is None:
        raise BatchError(f"{shown(logits.name)} holds {_without_targets(found)}: add the targets as a second file")
    return checked(_logits(found, shown(logits.name)), inline)


def dtype_of(batch: Batch, name: str) -> Dtype | None:
    """The dtype in which a file of this name holds its logits; None for text, which has none."""
    return None if name.rpartition(".")[2].lower() not in BINARY else dtype_name(batch.logits.dtype)


def parse(text: str, most: int = MOST_BYTES) -> Batch:
    """The batch in a text: one row a line, its target last. Raises: BatchError."""
    if len(text) > most:
        raise BatchError(f"These are {len(text):,} characters; at most {most:,} are read: take fewer rows")
    return _last_column(rows_of_text(text, "the text", most), "the text")


def checked(logits: Tensor, targets: Tensor) -> Batch:
    """A batch of these, if they are one. Targets may be whole numbers in floats, and stand in a column or a line.

    Values are not looked at: nan, inf and targets that are no class are what a diagnosis is for.
    Raises: BatchError
    """
    if logits.ndim == 1 and targets.ndim == 2:
        raise BatchError(
            f"Logits of shape {tuple(logits.shape)} and targets of shape {tuple(targets.shape)} look swapped: the "
            "logits come first"
        )
    if logits.dtype not in _FLOATS:
        raise BatchError(
            f"Logits must be floating point, not {_name(logits)}: save them as float16, float32 or float64"
        )
    if logits.ndim != 2:
        raise BatchError(
            f"Logits must be (rows, classes), not of shape {tuple(logits.shape)}: one row is logits[None]; of more "
            "axes take logits.reshape(-1, classes), the classes last"
        )
    rows, classes = logits.shape
    if not 1 <= classes <= MOST_CLASSES:
        raise BatchError(f"These logits have {classes:,} classes; there must be 1 to {MOST_CLASSES:,}")
    return Batch(logits, _whole(_one_a_row(targets, rows)))


def _one_a_row(targets: Tensor, rows: int) -> Tensor:
    if targets.ndim == 2 and 1 not in targets.shape and len(targets) == rows:
        raise BatchError(
            f"Targets of shape {tuple(targets.shape)} look one-hot; give the class of each row: targets.argmax(-1)"
        )
    if targets.numel() != rows or sum(n != 1 for n in targets.shape) > 1:
        raise BatchError(f"There are {rows:,} rows of logits, but targets have the shape {tuple(targets.shape)}")
    return targets.reshape(rows)


def _whole(targets: Tensor) -> Tensor:
    if targets.dtype == torch.bool or targets.is_complex():
        raise BatchError(f"Targets must be whole numbers, one class a row, not {_name(targets)}")
    if targets.is_floating_point():
        for what, wrong in (
            ("nan or inf", ~targets.isfinite()),
            ("not a whole number", targets != targets.round()),
            ("beyond what an index can be", targets.abs() >= 2**53),
        ):
            if wrong.any():
                row = int(wrong.nonzero()[0])
                raise BatchError(f"The target of row {row} is {targets[row].item():g}, {what}: a target is a class")
    return targets.long()


def _last_column(table: Tensor, name: str) -> Batch:
    if table.shape[1] < 2:
        raise BatchError(f"{name} has one number a line: a row needs a logit and, as its last number, its target")
    return checked(table[:, :-1].contiguous(), table[:, -1])


def _logits(found: Named, name: str) -> Tensor:
    """The array called logits, or the only one that is not called targets."""
    for key in _LOGITS:
        if key in found:
            return found[key]
    others = [key for key in found if key not in _TARGETS]
    if len(others) != 1:
        listed = ", ".join(map(shown, others[:5])) or "none"
        raise BatchError(f"{name} holds no array called logits; its others are: {listed}. Call one of them logits")
    return found[others[0]]


def _without_targets(found: Named) -> str:
    if set(found) == {""}:
        return "the logits alone"
    listed = ", ".join(map(shown, list(found)[:5])) or "none at all"
    return f"no array called targets, but {listed}; name them (numpy.savez takes logits=..., targets=...)"


def _targets(file: File, most: int) -> Tensor:
    """The array called targets, or the only one."""
    found = tensors(file.name, file.content, most)
    for key in _TARGETS:
        if key in found:
            return found[key]
    if len(found) != 1:
        raise BatchError(f"{shown(file.name)} holds {len(found)} arrays and none is called targets")
    return next(iter(found.values()))


def _name(values: Tensor) -> str:
    return str(values.dtype).removeprefix("torch.")
