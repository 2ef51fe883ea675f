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
    parts = []
    for name, factors in report.headroom.items():
        told = np.sort(factors[~np.isnan(factors)])
        gone, first, half = int((told <= 1).sum()), told[0], told[(len(told) - 1) // 2]
        if first == np.inf:
            parts.append(f"{name}: none is ever lost")
            continue
        begin = f"{gone:,} lost already" if gone else f"the first is lost at ×{first:.4g}"
        parts.append(f"{name}: {begin}, {f'half by ×{half:.4g}' if half < np.inf else 'most never'}")
    return f"Of {counted(known(report))}, as their logits grow. {'; '.join(parts)}."
