"""What all figures share: quiet ground, room for labels, no decoration."""

import plotly.graph_objects as go

GROUND = "rgba(0,0,0,0)"
LINE = "rgba(128,128,128,0.25)"


def quiet(figure: go.Figure, height: int, **layout: object) -> go.Figure:
    """The figure on a transparent ground, its legend above."""
    figure.update_layout(
        height=height,
        margin={"t": 34, "r": 12, "b": 48, "l": 64},
        paper_bgcolor=GROUND,
        plot_bgcolor=GROUND,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hovermode="closest",
        **layout,
    )
    figure.update_xaxes(gridcolor=LINE, zerolinecolor=LINE)
    figure.update_yaxes(gridcolor=LINE, zerolinecolor=LINE)
    return figure
