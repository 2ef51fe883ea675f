"""The demo with Dash, which sends the browser what changed: `PORT=8050 python -m tests.bench.peers.dash_patch`."""

import os

import plotly.graph_objects as go
from dash import Dash, Input, Output, Patch, dcc, html

from tests.bench.peers import demo

logits, targets = demo.load()
first = demo.losses(logits, targets, 1.0)

app = Dash(__name__)
app.layout = html.Div(
    [
        dcc.Input(
            id="step",
            type="range",
            min=0,
            max=len(demo.SCALES) - 1,
            step=1,
            value=demo.SCALES.index(1.0),
            debounce=False,
        ),
        *[html.Div(id=name) for name in demo.FORMULAS],
        dcc.Graph(
            id="marks",
            figure=go.Figure([go.Scatter(y=demo.marks(it), mode="markers", name=name) for name, it in first.items()]),
        ),
        dcc.Graph(id="bars", figure=go.Figure([go.Bar(y=demo.counts(it), name=name) for name, it in first.items()])),
    ]
)


@app.callback(
    *[Output(name, "children") for name in demo.FORMULAS],
    Output("marks", "figure"),
    Output("bars", "figure"),
    Input("step", "value"),
)
def show(step: str) -> tuple:
    nll = demo.losses(logits, targets, demo.SCALES[int(step)])
    marks, bars = Patch(), Patch()
    for i, losses in enumerate(nll.values()):
        marks["data"][i]["y"] = demo.marks(losses)
        bars["data"][i]["y"] = demo.counts(losses)
    return *[f"{losses.mean():.4f}" for losses in nll.values()], marks, bars


@app.server.route("/_stcore/health")  # where the benchmark knocks
def health() -> str:
    return "ok"


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ["PORT"]), debug=False)
