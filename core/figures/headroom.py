"""How many rows of a batch are lost as its logits grow."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import FORMULA_COLOURS
from core.figures.style import quiet

_LINES = {
    "log of softmax": (FORMULA_COLOURS["log_of_softmax"], "solid"),
    "its gradient": (FORMULA_COLOURS["log_of_softmax"], "dash"),
    "F.cross_entropy": (FORMULA_COLOURS["torch_cross_entropy"], "solid"),
}


def headroom(factors: Sequence[float], lost: Mapping[str, np.ndarray], rows: int) -> go.Figure:
    """What is lost -> how many rows by each factor, (factors,). A line marks ×1, the batch as it is."""
    curves = [
        go.Scatter(
            name=name,
            x=list(factors),
            y=counts.tolist(),
            mode="lines",
            line={"color": _LINES[name][0], "dash": _LINES[name][1], "width": 2.5, "shape": "hv"},
            hovertemplate=f"×%{{x:.4g}}: %{{y:,}} rows have lost {name}<extra></extra>",
        )
        for name, counts in lost.items()
    ]
    now = {
        "type": "line",
        "x0": 1,
        "x1": 1,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": "#808080", "dash": "dot"},
    }
    axes = {
        "xaxis": {"title": "factor on the logits (×1 is the batch as it is)", "type": "log", "dtick": 1},
        "yaxis": {"title": f"rows lost, of {rows:,}", "range": [-0.04 * rows, 1.05 * rows]},
    }
    return quiet(curves, 280, shapes=[now], **axes)
