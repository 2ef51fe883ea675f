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
    """The least factor of each, and the one by which half of the rows are lost."""
    rows = known(report)
    parts = [f"{name}: {_lost(np.sort(factors[~np.isnan(factors)]))}" for name, factors in report.headroom.items()]
    return f"Of {counted(rows)}, as {'its' if rows == 1 else 'their'} logits grow. {'; '.join(parts)}."


def _lost(factors: np.ndarray) -> str:
    """When the first row is lost, and half of them. factors: of each row, ascending; inf where it never is"""
    gone, first, half = int((factors <= 1).sum()), factors[0], factors[(len(factors) - 1) // 2]
    if len(factors) == 1:
        return "lost already" if gone else "never lost" if first == np.inf else f"lost at ×{first:.4g}"
    if first == np.inf:
        return "none is ever lost"
    begin = f"{gone:,} lost already" if gone else f"the first is lost at ×{first:.4g}"
    if half <= 1:
        return begin
    return f"{begin}, {f'half by ×{half:.4g}' if half < np.inf else 'most never'}"
