"""How wrong finite answers are: errors in ulps over the scale, and over the true loss."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import FORMULA_COLOURS
from core.figures.style import quiet
from core.losses import FORMULAS

# Formulas that share a colour differ by dash and symbol.
_DASHES = {"shifted_log_softmax": "dash", "torch_cross_entropy": "dot"}
_SYMBOLS = {"shifted_log_softmax": "diamond-open", "torch_cross_entropy": "square-open", "log1p_nll": "circle"}
_INPUTS = "rounding the logits"
_LEAST = 0.05  # ulps: what is smaller, 0 above all, stands here on the log axis


def medians_over_scale(scales: Sequence[float], medians: Sequence[Mapping[str, float]], ceiling: float) -> go.Figure:
    """The median |error| of each formula at each scale, in ulps, on log axes.

    ceiling: where errors that are not finite stand
    """
    lines = [
        go.Scatter(
            name=FORMULAS[name].label if name in FORMULAS else _INPUTS,
            x=list(scales),
            y=[_height(it[name], ceiling) for it in medians],
            mode="lines",
            line={
                "color": FORMULA_COLOURS.get(name, "#CC79A7"),
                "width": 2,
                "dash": _DASHES.get(name, "solid" if name in FORMULAS else "dashdot"),
            },
            hovertemplate="×%{x:.4g}: %{y:.3g} ulps<extra></extra>",
        )
        for name in medians[0]
    ]
    bounds = [np.log10(_LEAST) - 0.2, np.log10(ceiling) + 0.3]
    axes = {
        "xaxis": {"title": "scale", "type": "log", "exponentformat": "power", "dtick": 1},
        "yaxis": {"title": "median error, ulps", "type": "log", "exponentformat": "power", "range": bounds, "dtick": 2},
    }
    return quiet(lines, 400, **axes)


def errors_over_truth(truth: np.ndarray, errors: Mapping[str, np.ndarray], ceiling: float) -> go.Figure:
    """Each row's |error| by its true loss, a mark a row and formula: float64, (rows,) each."""
    marks = [
        go.Scatter(
            name=FORMULAS[name].label,
            x=truth.tolist(),
            y=[_height(abs(error), ceiling) for error in of_rows.tolist()],
            mode="markers",
            marker={"size": 6, "color": FORMULA_COLOURS[name], "symbol": _SYMBOLS.get(name, "circle"), "opacity": 0.7},
            hovertemplate="true loss %{x:.4g}: off by %{y:.3g} ulps<extra></extra>",
        )
        for name, of_rows in errors.items()
    ]
    axes = {
        "xaxis": {"title": "true loss (NLL)", "type": "log", "exponentformat": "power"},
        "yaxis": {"title": "error, ulps", "type": "log", "exponentformat": "power", "dtick": 2},
    }
    return quiet(marks, 380, **axes)


def _height(error: float, ceiling: float) -> float:
    return min(max(error, _LEAST), ceiling) if np.isfinite(error) else ceiling
