"""How far the logits of a batch can grow before rows are lost."""

import numpy as np

from core.diagnosis.report import HEADROOM, Report
from core.diagnosis.words import counted

FACTORS: tuple[float, ...] = tuple(float(f"{10 ** (k / 30):.6g}") for k in range(-60, 121))


def known(report: Report) -> int:
    """Rows whose headroom is computed: all their logits are finite."""
    return int((~np.isnan(report.headroom[next(iter(HEADROOM))])).sum())


def lost_by_factor(report: Report) -> dict[str, np.ndarray]:
    """What is lost -> how many rows lose it by the time the logits have grown by each of FACTORS: int64."""
    return {name: np.searchsorted(np.sort(factors), FACTORS, side="right") for name, factors in report.headroom.items()}


def sentence(report: Report) -> str:
    """The least and the median factor of each; a row that is never lost has none."""
    rows = known(report)
    parts = [f"{name}: {_lost(factors[~np.isnan(factors)])}" for name, factors in report.headroom.items()]
    return f"Of {counted(rows)}, as {'its' if rows == 1 else 'their'} logits grow. {'; '.join(parts)}."


def _lost(factors: np.ndarray) -> str:
    """When the first row is lost, and half of them. factors: of each row, at least one; inf where it never is"""
    first, half, gone = factors.min(), np.median(factors), int((factors <= 1).sum())
    if np.isinf(first):
        return "never lost"
    if len(factors) == 1:
        return "lost already" if gone else f"lost at ×{first:.4g}"
    begin = f"{gone:,} lost already" if gone else f"the first is lost at ×{first:.4g}"
    return begin if np.isinf(half) or 2 * gone >= len(factors) else f"{begin}, half by ×{half:.4g}"
