"""Per-sample losses: single digits beside the distribution of all."""

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import FORMULA_COLOURS
from core.figures.style import quiet

_BINS = 60
_MEAN = {"color": "#D55E00", "width": 2}


def samples_and_spread(nll: np.ndarray, mean: float, rows: np.ndarray, digits: np.ndarray, chosen: int) -> go.Figure:
    """Left the loss of single digits by F.cross_entropy, the chosen one ringed; right how all losses spread.

    Both share the axis of the loss. Losses that are not finite are left to the caption.

    nll:    float64, (all rows,); mean: of them
    rows:   (marks,), which of them are drawn one by one; a mark's customdata is its row
    digits: (marks,), what those digits show
    """
    return quiet(
        [_marks(nll, rows, digits), _ring(nll, rows, digits, chosen), _bars(nll), _mean(nll, mean)],
        380,
        bargap=0,
        showlegend=False,
        xaxis={"title": "what the digit shows", "dtick": 1, "tickangle": 0, "domain": [0, 0.68]},
        xaxis2={"title": "digits", "type": "log", "dtick": 2, "tickangle": 0, "domain": [0.7, 1]},
        yaxis={"title": "loss of a digit (NLL)"},
    )


def _marks(nll: np.ndarray, rows: np.ndarray, digits: np.ndarray) -> go.Scatter:
    drawn = np.isfinite(nll[rows])
    return go.Scatter(
        x=digits[drawn].tolist(),
        y=nll[rows[drawn]].tolist(),
        customdata=rows[drawn].tolist(),
        mode="markers",
        marker={"size": 8, "opacity": 0.6, "color": FORMULA_COLOURS["torch_cross_entropy"]},
        hovertemplate="digit %{customdata:,}, a %{x}: loss %{y:.5g}<extra></extra>",
    )


def _ring(nll: np.ndarray, rows: np.ndarray, digits: np.ndarray, chosen: int) -> go.Scatter:
    here = np.flatnonzero((rows == chosen) & np.isfinite(nll[rows]))
    return go.Scatter(
        x=digits[here].tolist(),
        y=nll[rows[here]].tolist(),
        mode="markers",
        marker={"size": 16, "symbol": "circle-open", "line": {"width": 2.5}, "color": "#D55E00"},
        hoverinfo="skip",
    )


def _bars(nll: np.ndarray) -> go.Bar:
    counts, edges = np.histogram(nll[np.isfinite(nll)], bins=_BINS)
    return go.Bar(
        x=counts.tolist(),
        y=((edges[:-1] + edges[1:]) / 2).tolist(),
        orientation="h",
        xaxis="x2",
        marker={"color": FORMULA_COLOURS["torch_cross_entropy"], "line": {"width": 0}},
        hovertemplate="loss about %{y:.4g}: %{x:,} digits<extra></extra>",
    )


def _mean(nll: np.ndarray, mean: float) -> go.Scatter:
    """Where the mean stands, if it is a number."""
    at = [mean, mean] if np.isfinite(mean) else []
    return go.Scatter(
        x=[1, len(nll)][: len(at)],
        y=at,
        mode="lines+text",
        xaxis="x2",
        text=["", f"mean {mean:.4g}"],
        textposition="top left",
        line=_MEAN,
        hoverinfo="skip",
    )
