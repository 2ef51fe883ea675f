"""A number line of floats near the end of their format."""

import math

import plotly.graph_objects as go
import torch

from core.dtypes import Dtype, limits, scaled
from core.figures.palette import FORMULA_COLOURS
from core.figures.style import quiet


def end_of_the_line(dtype: Dtype) -> go.Figure:
    """exp(x) for whole numbers x around the limit, on a line that ends at the largest finite value.

    Each x stands where exp(x) would stand on an endless line; torch decides which of them are finite.
    """
    ends = limits(dtype)
    last = math.floor(ends.last_finite_exp)
    values = [float(x) for x in range(last - 3, last + 4)]
    exps = [scaled(torch.tensor([x]), 1.0, dtype).exp().item() for x in values]
    traces = []
    for name, fits, symbol, colour in (
        ("finite", True, "circle", "lse_log_softmax"),
        ("inf", False, "triangle-up", "log_of_softmax"),
    ):
        chosen = [(x, e) for x, e in zip(values, exps, strict=True) if math.isfinite(e) == fits]
        traces.append(
            go.Scatter(
                name=name,
                x=[x / math.log(10) for x, _ in chosen],
                y=[0] * len(chosen),
                mode="markers+text",
                text=[f"exp({x:g})<br>{'inf' if math.isinf(e) else f'{e:.4g}'}" for x, e in chosen],
                textposition=["top center" if i % 2 else "bottom center" for i in range(len(chosen))],
                marker={"size": 11, "symbol": symbol, "color": FORMULA_COLOURS[colour]},
                hoverinfo="skip",
                cliponaxis=False,
            )
        )
    end = math.log10(ends.largest)
    largest = go.Scatter(
        name=f"largest {dtype}: {ends.largest:.5g}",
        x=[end, end],
        y=[-0.8, 0.8],
        mode="lines",
        line={"color": "#6E6E6E", "width": 3},
        hoverinfo="skip",
    )
    low, high = (values[0] - 0.6) / math.log(10), (values[-1] + 0.6) / math.log(10)
    axis = {"title": "value, in powers of ten", "range": [low, high], "tickprefix": "10<sup>", "ticksuffix": "</sup>"}
    return quiet([*traces, largest], 240, xaxis=axis, yaxis={"visible": False, "range": [-1, 1]})
