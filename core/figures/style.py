"""What all figures share: quiet ground, room for labels, no decoration."""

from collections.abc import Sequence
from typing import Any

# Plotly asks of every value whether it is one of pandas', and takes a half-loaded pandas for a whole one: while one
# visitor's page loads it, no other's may draw. So it is loaded before the first figure, and not before Break it.
import pandas  # noqa: F401
import plotly.graph_objects as go

GROUND = "rgba(0,0,0,0)"
LINE = "rgba(128,128,128,0.25)"
_LINES = {"gridcolor": LINE, "zerolinecolor": LINE}


def quiet(traces: Sequence[object], height: int, **layout: Any) -> go.Figure:
    """The traces on a transparent ground, their legend above; `layout` adds to it.

    In one go: plotly checks a whole figure in a fraction of the time it takes for each change of one.
    """
    axes = {name: _LINES | layout.get(name, {}) for name in ("xaxis", "yaxis", *layout) if "axis" in name}
    return go.Figure(
        list(traces),
        {
            "height": height,
            "margin": {"t": 34, "r": 12, "b": 48, "l": 64},
            "paper_bgcolor": GROUND,
            "plot_bgcolor": GROUND,
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            "hovermode": "closest",
            **layout,
            **axes,
        },
    )
