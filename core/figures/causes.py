"""Failures by cause over the scale. Nothing here depends on the scale of the view: the browser keeps what it drew."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import CAUSE_COLOURS
from core.figures.style import quiet
from core.outcomes import CAUSES


def causes_over_scale(scales: Sequence[float], counts: np.ndarray) -> go.Figure:
    """How many rows a formula loses for which cause, stacked, at every scale.

    counts: (scales, CAUSES)
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
    axes = {
        "xaxis": {"title": "scale", "type": "log", "dtick": 1, "ticklabelstandoff": 6},
        "yaxis": {"title": "digits lost", "range": [0, counts[0].sum()]},
    }
    return quiet(areas, 320, **axes)


def predicted_and_measured(scales: Sequence[float], told: np.ndarray, found: np.ndarray) -> go.Figure:
    """How many rows are lost by each scale: the closed form as a line, torch as marks on it.

    told, found: (scales,), counts
    """
    every = slice(None, None, 5)
    line = go.Scatter(name="predicted", x=list(scales), y=told.tolist(), mode="lines", line={"color": "#0072B2"})
    marks = go.Scatter(
        name="measured",
        x=list(scales[every]),
        y=found[every].tolist(),
        mode="markers",
        marker={"symbol": "circle-open", "size": 9, "color": "#D55E00", "line": {"width": 1.5}},
        hovertemplate="×%{x:.4g}: %{y:,} lost<extra></extra>",
    )
    axes = {"xaxis": {"title": "scale", "type": "log", "dtick": 1}, "yaxis": {"title": "digits lost"}}
    return quiet([line, marks], 320, **axes)
