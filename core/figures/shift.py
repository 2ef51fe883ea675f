"""Log-sum-exp as a function of the shift: the plateau of right answers, and how it ends on both sides."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import FORMULA_COLOURS
from core.figures.style import quiet


def lse_over_shift(shifts: Sequence[float], results: np.ndarray, maximum: float, chosen: float) -> go.Figure:
    """a + log(sum of exp(x - a)) for many a; infinite results stand on the edge of the picture.

    shifts, results: (shifts,); maximum: of the logits; chosen: the visitor's shift
    """
    finite = results[np.isfinite(results)]
    low, high = (finite.min(), finite.max()) if len(finite) else (maximum - 1, maximum + 1)
    margin = max(1.0, 0.25 * abs(maximum), 0.6 * (high - low))
    height = np.where(results == np.inf, high + margin, np.where(results == -np.inf, low - margin, results))
    groups = {"finite": np.isfinite(results), "+inf": results == np.inf, "-inf": results == -np.inf}
    symbols = {"finite": "circle", "+inf": "triangle-up", "-inf": "triangle-down"}
    marks = [
        go.Scatter(
            name=name,
            x=np.asarray(shifts)[group].tolist(),
            y=height[group].tolist(),
            mode="markers",
            marker={"size": 6, "symbol": symbols[name], "color": FORMULA_COLOURS[colour]},
            hovertemplate=f"a = %{{x:.5g}}: {'%{y:.6g}' if name == 'finite' else name}<extra></extra>",
        )
        for (name, group), colour in zip(
            groups.items(), ("lse_log_softmax", "log_of_softmax", "unshifted_log_softmax"), strict=True
        )
        if group.any()
    ]
    ends = [float(low - margin), float(high + margin)]
    lines = [
        go.Scatter(
            name=name, x=[at, at], y=ends, mode="lines", hoverinfo="skip", line={"color": "#6E6E6E", "dash": dash}
        )
        for name, at, dash in (("a = max(x)", maximum, "solid"), ("your a", chosen, "dot"))
    ]
    return quiet([*marks, *lines], 340, xaxis={"title": "shift a"}, yaxis={"title": "a + log(sum exp(x - a))"})
