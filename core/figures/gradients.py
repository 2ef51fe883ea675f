"""Gradients: which digits lose theirs, and over which scales the loss does not show it."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import FORMULA_COLOURS
from core.figures.style import quiet

# What became of a digit: colour and symbol, in the order in which they are drawn.
FATES = {
    "loss and gradient finite": ("#6E6E6E", "circle"),
    "loss finite, gradient not": (FORMULA_COLOURS["log_of_softmax"], "x-thin-open"),
    "neither finite": (FORMULA_COLOURS["unshifted_log_softmax"], "triangle-up"),
}


def fates(nll: np.ndarray, norms: np.ndarray, fate: np.ndarray, rows: np.ndarray, chosen: int) -> go.Figure:
    """Where digits stand by their right loss and right gradient, each marked by what the naive formula made of it.

    nll, norms: float64, (marks,); fate: index into FATES; rows: in the training set, a mark's customdata
    """
    traces = [
        go.Scatter(
            name=name,
            x=nll[fate == number].tolist(),
            y=norms[fate == number].tolist(),
            customdata=rows[fate == number].tolist(),
            mode="markers",
            marker={"size": 8, "symbol": symbol, "color": colour, "line": {"width": 2, "color": colour}},
            hovertemplate="digit %{customdata:,}: loss %{x:.4g}, gradient %{y:.4g}<extra></extra>",
        )
        for number, (name, (colour, symbol)) in enumerate(FATES.items())
        if (fate == number).any()
    ]
    here = rows == chosen
    ring = go.Scatter(
        name=f"digit {chosen:,}",
        x=nll[here].tolist(),
        y=norms[here].tolist(),
        mode="markers",
        marker={"size": 17, "symbol": "circle-open", "line": {"width": 2}, "color": "#0072B2"},
        hoverinfo="skip",
    )
    axes = {"xaxis": {"title": "right loss (NLL)"}, "yaxis": {"title": "length of the right gradient"}}
    return quiet([*traces, ring], 360, **axes)


def lost_over_scale(scales: Sequence[float], gradients: np.ndarray, losses: np.ndarray) -> go.Figure:
    """How many digits have lost their gradient, and how many their loss, by each scale: the gap is the window.

    gradients, losses: (scales,), counts
    """
    curves = [
        go.Scatter(
            name=name,
            x=list(scales),
            y=counts.tolist(),
            mode="lines",
            line={"color": colour, "width": 2.5, "dash": dash},
            fill=fill,
            fillcolor="rgba(213,94,0,0.12)",
            hovertemplate=f"×%{{x:.4g}}: %{{y:,}} without {name}<extra></extra>",
        )
        for name, counts, colour, dash, fill in (
            ("loss", losses, FORMULA_COLOURS["unshifted_log_softmax"], "solid", "none"),
            ("gradient", gradients, FORMULA_COLOURS["log_of_softmax"], "dash", "tonexty"),
        )
    ]
    axes = {"xaxis": {"title": "scale", "type": "log", "dtick": 1}, "yaxis": {"title": "digits lost"}}
    return quiet(curves, 320, **axes)
