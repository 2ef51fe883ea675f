"""How far the logits of a batch can grow before rows are lost."""

import numpy as np

from core.diagnosis.report import HEADROOM, Report

FACTORS: tuple[float, ...] = tuple(float(f"{10 ** (k / 30):.6g}") for k in range(-60, 121))


def known(report: Report) -> int:
    """Rows whose headroom is computed: all their logits are finite."""
    return int((~np.isnan(report.headroom[next(iter(HEADROOM))])).sum())


def lost_by_factor(report: Report) -> dict[str, np.ndarray]:
    """What is lost -> how many rows lose it by the time the logits have grown by each of FACTORS: int64."""
    return {name: np.searchsorted(np.sort(factors), FACTORS, side="right") for name, factors in report.headroom.items()}


def sentence(report: Report) -> str:
    """The least and the median factor of each."""
    parts = []
    for name, factors in report.headroom.items():
        told = factors[~np.isnan(factors)]
        gone = int((told <= 1).sum())
        first = f"{gone:,} lost already" if gone else f"the first is lost at ×{told.min():.4g}"
        parts.append(f"{name}: {first}, half by ×{np.median(told):.4g}")
    return f"Of {known(report):,} rows, as their logits grow. {'; '.join(parts)}."
