"""Training runs side by side: the loss of each formula step by step, and where one dies."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import FORMULA_COLOURS
from core.figures.style import quiet
from core.losses import FORMULAS
from core.training import STEPS, Death, Step

_DASHES = {"unshifted_log_softmax": "dash", "lse_log_softmax": "dot", "torch_cross_entropy": "dashdot"}


def losses_by_step(steps: Sequence[Step]) -> go.Figure:
    """The batch's mean loss at every step made so far, a line a formula; a cross where one died."""
    names = steps[-1].formulas
    lines = [_line(name, steps) for name in names]
    crosses = [_cross(name, death, steps) for name in names if (death := steps[-1].formulas[name].death)]
    axes = {"xaxis": {"title": "step", "range": [0, STEPS + 1]}, "yaxis": {"title": "loss of the batch"}}
    return quiet([*lines, *crosses], 360, **axes)


def _line(name: str, steps: Sequence[Step]) -> go.Scatter:
    lived = [step for step in steps if step.formulas[name].alive]
    return go.Scatter(
        name=FORMULAS[name].label,
        x=[step.number for step in lived],
        y=[step.formulas[name].loss for step in lived],
        mode="lines",
        line={"color": FORMULA_COLOURS[name], "width": 2, "dash": _DASHES.get(name, "solid")},
        hovertemplate="step %{x}: %{y:.4g}<extra></extra>",
    )


def _cross(name: str, death: Death, steps: Sequence[Step]) -> go.Scatter:
    """Where it died: at its last finite loss, since nan has no height."""
    finite = [step.formulas[name].loss for step in steps if np.isfinite(step.formulas[name].loss)]
    return go.Scatter(
        name=f"{FORMULAS[name].label} dies",
        x=[death.step],
        y=[finite[-1] if finite else 0],
        mode="markers",
        marker={"symbol": "x-thin-open", "size": 14, "line": {"width": 3}, "color": FORMULA_COLOURS[name]},
        hovertemplate=f"step {death.step}: {death.what} not finite, {death.cause}<extra></extra>",
    )
