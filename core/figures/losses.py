"""Per-sample losses: how they spread, and which are where."""

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import FORMULA_COLOURS
from core.figures.style import LINE, quiet

_BINS = 80


def distribution(nll: np.ndarray, formula: str, mean: float) -> go.Figure:
    """How many digits have which loss, and where their mean stands; non-finite losses are left to the caption.

    nll: float64, (rows,); formula: a name of `core.losses.FORMULAS`, for its colour
    """
    finite = nll[np.isfinite(nll)]
    counts, edges = np.histogram(finite, bins=_BINS)
    figure = go.Figure(
        go.Bar(
            x=((edges[:-1] + edges[1:]) / 2).tolist(),
            y=counts.tolist(),
            marker_color=FORMULA_COLOURS[formula],
            hovertemplate="loss about %{x:.4g}: %{y:,} digits<extra></extra>",
        )
    )
    if np.isfinite(mean):
        top = [int(counts.max(initial=1))]
        figure.add_scatter(
            x=[mean, mean],
            y=[0.5, *top],
            mode="lines+text",
            text=["", f"mean {mean:.4f}"],
            textposition="middle right",
            line={"color": "#D55E00", "width": 2},
            hoverinfo="skip",
        )
    axes = {"xaxis": {"title": "loss of a digit (NLL)"}, "yaxis": {"title": "digits", "type": "log"}}
    return quiet(figure, 320, bargap=0, showlegend=False, **axes)


def samples(rows: np.ndarray, nll: np.ndarray, digits: np.ndarray, formula: str, chosen: int) -> go.Figure:
    """The loss of single digits, one mark each; the chosen one ringed.

    rows:   (marks,), row of each in the training set
    nll:    (marks,), of which the finite ones are drawn
    digits: (marks,), what they show
    """
    drawn = np.isfinite(nll)
    figure = go.Figure(
        go.Scatter(
            x=digits[drawn].tolist(),
            y=nll[drawn].tolist(),
            customdata=rows[drawn].tolist(),
            mode="markers",
            marker={"size": 7, "opacity": 0.55, "color": FORMULA_COLOURS[formula]},
            hovertemplate="digit %{customdata:,}, a %{x}: loss %{y:.5g}<extra></extra>",
        )
    )
    here = np.flatnonzero((rows == chosen) & drawn)
    figure.add_scatter(
        x=digits[here].tolist(),
        y=nll[here].tolist(),
        mode="markers",
        marker={"size": 16, "symbol": "circle-open", "line": {"width": 2.5}, "color": "#D55E00"},
        hoverinfo="skip",
    )
    axes = {"xaxis": {"title": "what the digit shows", "dtick": 1}, "yaxis": {"title": "loss (NLL)", "gridcolor": LINE}}
    return quiet(figure, 340, showlegend=False, **axes)
