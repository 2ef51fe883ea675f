"""What only the exported code needs: the digits from a folder, the truth without a library."""

import decimal
import gzip
import hashlib
import math
from decimal import Decimal
from pathlib import Path

import torch

from core.data import IMAGES, LABELS, PIXELS, TRAIN_ROWS, Digits, IdxFile
from core.dtypes import Dtype, torch_dtype

# Room for every exp of a logit, and digits enough that what is lost to rounding shows in no float.
_EXACT = decimal.Context(prec=80, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX)


def mnist(folder: Path) -> Digits:
    """The 50,000 training digits from the original MNIST files, unpacked or as .gz.

    Raises: SystemExit, saying which file is missing or is another one
    """
    images, labels = (torch.frombuffer(idx(folder, file), dtype=torch.uint8) for file in (IMAGES, LABELS))
    return Digits(images.view(-1, PIXELS)[:TRAIN_ROWS], labels.long()[:TRAIN_ROWS])


def idx(folder: Path, file: IdxFile) -> bytearray:
    """The bytes of one file behind its header."""
    path = folder / file.name
    if not path.exists():
        path = path.with_suffix("")
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    except (OSError, EOFError) as error:
        raise SystemExit(f"{folder / file.name} cannot be read ({error}), packed or unpacked") from error
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise SystemExit(f"{path} is not the original MNIST training file: its checksum differs")
    return bytearray(content[4 + 4 * len(file.shape) :])


def true_loss(row: list[float], target: int) -> Decimal:
    """The row's loss, right to 50 digits or more: (m - x_t) + log(1 + sum over the others of exp(x_j - m)).

    Python's decimal rounds exp and ln correctly at 80 digits, and nothing cancels: every term is positive.
    """
    with decimal.localcontext(_EXACT):
        logits = [Decimal(x) for x in row]
        m = max(logits)
        others = sorted(logits)[:-1]
        rest = sum(((x - m).exp() for x in others), Decimal(0))
        # Where 1 + rest would lose its digits, log(1 + rest) is rest - rest ** 2 / 2, but for a third of its cube.
        log1p = (1 + rest).ln() if rest > Decimal("1e-25") else rest - rest * rest / 2
        return (m - logits[target]) + log1p


def ulps_off(loss: float, truth: Decimal, dtype: Dtype) -> float:
    """How far a loss is from the truth, signed, in gaps of the dtype at the truth; inf or nan where the loss is."""
    if not math.isfinite(loss):
        return loss
    info, near = torch.finfo(torch_dtype(dtype)), float(truth)
    gap = math.ldexp(info.eps, math.frexp(near)[1] - 1) if near else 0.0
    with decimal.localcontext(_EXACT):
        return float(Decimal(loss) - truth) / max(gap, info.smallest_normal * info.eps)
