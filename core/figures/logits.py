"""Logits: ten of one digit, and the largest of every digit."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import WEIGHTS_COLOURS
from core.figures.style import quiet
from core.model import Weights


def ten_logits(rows: Mapping[Weights, np.ndarray]) -> go.Figure:
    """One digit's logits, side by side for each set of weights: name -> (classes,)."""
    bars = [
        go.Bar(
            name=name,
            x=[str(label) for label in range(len(row))],
            y=row.tolist(),
            marker_color=WEIGHTS_COLOURS[name],
            hovertemplate=f"{name}, class %{{x}}: %{{y:.4g}}<extra></extra>",
        )
        for name, row in rows.items()
    ]
    return quiet(bars, 300, xaxis={"title": "class", "type": "category"}, yaxis={"title": "logit"})


def largest_logits(rows: Mapping[Weights, np.ndarray]) -> go.Figure:
    """How the largest logit of each digit spreads: name -> (rows,)."""
    edges = np.histogram_bin_edges(np.concatenate(list(rows.values())), bins=60)
    middles = (edges[:-1] + edges[1:]) / 2
    bars = [
        go.Bar(
            name=name,
            x=middles.tolist(),
            y=np.histogram(values, edges)[0].tolist(),
            marker_color=WEIGHTS_COLOURS[name],
            opacity=0.8,
            hovertemplate=f"{name}, about %{{x:.3g}}: %{{y:,}} digits<extra></extra>",
        )
        for name, values in rows.items()
    ]
    axes = {"xaxis": {"title": "largest logit of a digit"}, "yaxis": {"title": "digits", "type": "log"}}
    return quiet(bars, 300, barmode="overlay", bargap=0, **axes)
