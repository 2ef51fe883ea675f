"""What the peers show: the project's own digits, model and formulas, so that only the way of showing differs."""

import numpy as np
from torch import Tensor

from core import data, model, sweep
from core.dtypes import scaled

ROWS = 5_000
MARKS = 500
FORMULAS = sweep.HEADLINE[:3]
SCALES = sweep.SCALES
BINS = np.linspace(-6, 6, 49)


def load() -> tuple[Tensor, Tensor]:
    """Logits of the first ROWS digits, unscaled, and their targets."""
    digits, _ = data.load()
    return model.logits("untrained", 0, digits)[:ROWS], digits.targets[:ROWS]


def losses(logits: Tensor, targets: Tensor, scale: float) -> dict[str, np.ndarray]:
    """Every loss by each of FORMULAS at one scale."""
    nll = sweep.losses(scaled(logits, scale, "float32"), targets, FORMULAS)
    return {name: per_row.double().numpy() for name, per_row in nll.items()}


def marks(nll: np.ndarray) -> np.ndarray:
    """log10 of the losses that are drawn one by one; what has none stands at 7."""
    shown = nll[:: ROWS // MARKS]
    usable = np.isfinite(shown) & (shown > 0)
    return np.where(usable, np.log10(np.where(usable, shown, 1)), 7)


def counts(nll: np.ndarray) -> np.ndarray:
    """How many losses fall in each of BINS."""
    usable = nll[np.isfinite(nll) & (nll > 0)]
    return np.histogram(np.log10(usable), BINS)[0]
