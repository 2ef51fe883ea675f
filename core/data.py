"""MNIST from its original IDX files: read, verified, split as the notebook splits it.

Source: fast.ai "03_minibatch_training", `get_data()`; file format: LeCun, Cortes & Burges, MNIST database.
"""

import gzip
import hashlib
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.failures import DataFileError

CLASSES = 10
PIXELS = 28 * 28
TRAIN_ROWS = 50_000


class IdxFile(NamedTuple):
    """What an original file must contain once unpacked."""

    name: str
    magic: int
    shape: tuple[int, ...]
    sha256: str


FOLDER = Path(__file__).parent / "mnist"
IMAGES = IdxFile(
    "train-images-idx3-ubyte.gz",
    0x0803,
    (60_000, 28, 28),
    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
)
LABELS = IdxFile(
    "train-labels-idx1-ubyte.gz",
    0x0801,
    (60_000,),
    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
)


@dataclass(frozen=True, slots=True, eq=False)
class Digits:
    """Handwritten digits and what they show.

    images:  uint8, (rows, 784), 0 is background and 255 is ink
    targets: int64, (rows,), 0 to 9
    """

    images: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.targets)

    def pixels(self, rows: slice) -> Tensor:
        """The rows as the model takes them: float32, (rows, 784), pixels / 256 as in the notebook's file."""
        return self.images[rows].float() / 256

    def split(self, rows: int) -> "Iterator[Digits]":
        """So many rows at a time, in order; views, not copies."""
        for images, targets in zip(self.images.split(rows), self.targets.split(rows), strict=True):
            yield Digits(images, targets)


def load(folder: Path = FOLDER) -> tuple[Digits, Digits]:
    """The notebook's training set of 50,000 digits and its validation set of 10,000.

    Raises: DataFileError where a file is missing, damaged, short or not the original.
    """
    images = torch.from_numpy(read_idx(folder, IMAGES)).view(-1, PIXELS)
    targets = torch.from_numpy(read_idx(folder, LABELS)).long()
    return (
        Digits(images[:TRAIN_ROWS], targets[:TRAIN_ROWS]),
        Digits(images[TRAIN_ROWS:], targets[TRAIN_ROWS:]),
    )


def read_idx(folder: Path, file: IdxFile) -> np.ndarray:
    """The bytes of one IDX file, uint8, in the file's own shape.

    Raises: DataFileError naming the file, what is wrong with it and what to do.
    """
    path = folder / file.name
    try:
        content = gzip.decompress(path.read_bytes())
    except FileNotFoundError:
        raise _refused(path, "is missing") from None
    except OSError as error:  # gzip.BadGzipFile is an OSError too
        raise _refused(path, f"cannot be read ({error.strerror or error})") from error
    except (EOFError, zlib.error) as error:
        raise _refused(path, f"is cut short or damaged ({error})") from error

    header = struct.Struct(f">{1 + len(file.shape)}I")
    if len(content) < header.size:
        raise _refused(path, f"holds {len(content)} bytes, fewer than its header of {header.size}")
    magic, *shape = header.unpack_from(content)
    if magic != file.magic or tuple(shape) != file.shape:
        raise _refused(path, f"has magic {magic:#06x} and shape {tuple(shape)}, not {file.magic:#06x} and {file.shape}")
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise _refused(path, "differs from the original MNIST file (checksum)")
    # A copy, because a tensor made from a read-only buffer could be written through by accident.
    return np.frombuffer(content, np.uint8, offset=header.size).reshape(file.shape).copy()


def _refused(path: Path, what: str) -> DataFileError:
    """Visitors read it too: inside the project a path begins there."""
    project = FOLDER.parents[1]
    shown = path.relative_to(project) if path.is_relative_to(project) else path
    return DataFileError(
        f"The data file {shown} {what}. Restore it with `git checkout -- core/mnist/{path.name}` "
        "in the project folder, or copy the original MNIST training file of that name there."
    )
