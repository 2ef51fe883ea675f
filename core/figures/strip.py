"""The picture of Break it: every sample's loss by two formulas, beside how all of them spread.

The axes are drawn here once and never move; the browser fills in the marks, frame by frame, with the same
positions (`marks.js`, `plot.js`).
"""

import plotly.graph_objects as go

from core.figures.palette import FORMULA_COLOURS
from core.sweep import BIN_DECADES, BINS_PER_DECADE, STRIP_FORMULAS, STRIP_ROWS

NAIVE, STABLE = STRIP_FORMULAS

# Heights on the axis of log10(NLL): inside, the decade itself; outside, one gutter for each way to leave it.
GUTTERS = {"zero": -7.6, "below": -6.7, "above": 6.7, "+inf": 7.6, "nan": 8.5}
_GUTTER_TEXT = {"zero": "exactly 0", "below": "smaller", "+inf": "+inf", "nan": "nan"}
_LABELLED_DECADES = range(BIN_DECADES[0], BIN_DECADES[1] + 1, 2)
_HEIGHT_RANGE = (-8.2, 9.1)
COUNT_BASE = -0.4  # where bars start on the axis of log10(count), so that a single sample still shows


def strip_template() -> go.Figure:
    """Axes, gutters and empty traces, in this order: stable marks, naive marks, stable bars, naive bars."""
    figure = go.Figure(
        [
            go.Scatter(
                name="x - logsumexp(x)",
                mode="markers",
                marker={"size": 9, "symbol": "circle-open", "line": {"width": 1.5}, "color": FORMULA_COLOURS[STABLE]},
                hovertemplate="%{text}<extra></extra>",
            ),
            go.Scatter(
                name="log of softmax (naive)",
                mode="markers",
                marker={"size": 6, "color": FORMULA_COLOURS[NAIVE], "line": {"color": FORMULA_COLOURS[NAIVE]}},
                hovertemplate="%{text}<extra></extra>",
            ),
            _bars("x - logsumexp(x)", STABLE, opacity=0.45, width=0.95),
            _bars("log of softmax (naive)", NAIVE, opacity=1.0, width=0.4),
        ]
    )
    figure.update_layout(
        height=450,
        margin={"t": 30, "r": 8, "b": 42, "l": 74},
        showlegend=False,
        barmode="overlay",
        dragmode="zoom",
        hovermode="closest",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis={
            "domain": [0, 0.76],
            "range": [-6, STRIP_ROWS + 5],
            "title": {"text": f"{STRIP_ROWS} digits, first to fail on the left", "standoff": 8},
            "showticklabels": False,
            "showgrid": False,
            "zeroline": False,
        },
        xaxis2={
            "domain": [0.79, 1],
            "range": [COUNT_BASE, 4.9],
            "tickvals": [0, 2, 4],
            "ticktext": ["1", "100", "10k"],
            "title": {"text": "all digits", "standoff": 8},
            "zeroline": False,
        },
        yaxis={
            "range": _HEIGHT_RANGE,
            "tickvals": [*(GUTTERS[name] for name in _GUTTER_TEXT), *_LABELLED_DECADES],
            "ticktext": [*_GUTTER_TEXT.values(), *map(_decade, _LABELLED_DECADES)],
            "zeroline": False,
        },
        shapes=[_gutter(_HEIGHT_RANGE[0], BIN_DECADES[0]), _gutter(BIN_DECADES[1], _HEIGHT_RANGE[1])],
    )
    return figure


def _bars(name: str, formula: str, opacity: float, width: float) -> go.Bar:
    return go.Bar(
        name=name,
        orientation="h",
        base=COUNT_BASE,
        width=width / BINS_PER_DECADE,
        xaxis="x2",
        marker={"color": FORMULA_COLOURS[formula], "opacity": opacity, "line": {"width": 0}},
        hovertemplate="%{text}<extra></extra>",
        textposition="none",
    )


def _gutter(low: float, high: float) -> dict:
    """A band across both panels, in the colour of text so that it works on light and dark."""
    return {
        "type": "rect",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": low,
        "y1": high,
        "line": {"width": 0},
        "fillcolor": "rgba(128,128,128,0.10)",
        "layer": "below",
    }


def _decade(exponent: int) -> str:
    return {0: "1", 2: "100"}.get(exponent, f"10<sup>{exponent}</sup>".replace("-", "−"))
