"""Failures by cause over the scale."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import CAUSE_COLOURS
from core.figures.style import quiet
from core.outcomes import CAUSES


def causes_over_scale(scales: Sequence[float], counts: np.ndarray, here: float) -> go.Figure:
    """How many rows a formula loses for which cause, stacked, at every scale.

    counts: (scales, CAUSES); here: the scale of the view, drawn as a line
    """
    areas = [
        go.Scatter(
            name=cause,
            x=list(scales),
            y=counts[:, code].tolist(),
            stackgroup="failed",
            mode="lines",
            line={"width": 0.5, "color": CAUSE_COLOURS[cause]},
            hovertemplate=f"{cause} at ×%{{x:.4g}}: %{{y:,}}<extra></extra>",
        )
        for code, cause in enumerate(CAUSES)
        if code and counts[:, code].any()
    ]
    line = go.Scatter(
        x=[here, here],
        y=[0, int(counts[0].sum())],
        mode="lines",
        name=f"×{here:g}",
        line={"color": "rgba(128,128,128,0.9)", "width": 1.5, "dash": "dot"},
        hoverinfo="skip",
    )
    axes = {
        "xaxis": {"title": "scale", "type": "log"},
        "yaxis": {"title": "digits lost", "range": [0, counts[0].sum()]},
    }
    return quiet([*areas, line], 320, **axes)
