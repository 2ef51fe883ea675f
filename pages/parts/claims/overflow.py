"""What the overflow lab claims of a view and a formula."""

import numpy as np

from core.critical import first_to_fail
from core.dtypes import Dtype
from core.losses import FORMULAS
from core.outcomes import CAUSES
from core.prediction import ends
from core.sweep import NEVER, SCALES
from core.view import View
from pages.parts.cached_labs import Forecast
from pages.parts.claims import counted, does


def causes(view: View, formula: str, told: Forecast) -> str:
    """Which causes the closed form sees on the track, and how many digits each costs at most."""
    most = told.causes[:, 1:].max(0)
    found = [
        f"{cause} (up to {counted(int(n), of=len(told.critical))})"
        for cause, n in zip(CAUSES[1:], most, strict=True)
        if n
    ]
    begin = f"{FORMULAS[formula].label} in {view.dtype}, as the closed form has it"
    return f"{begin}: {', '.join(found)}." if found else f"{begin}, loses no digit on the track."


def disagreement(apart: int, of: int, dtype: Dtype) -> str:
    """On how many digits the closed form and torch disagree, and how that comes."""
    if not apart:
        return f"They agree on every one of the {of:,} digits."
    those = "It stands" if apart == 1 else "Those stand"
    why = (
        ": in 16 bits torch rounds exp, sum and quotient to float32 first and then again, and two roundings are not one"
        if dtype in ("float16", "bfloat16")
        else ", as near as the closed form's own rounding"
    )
    return f"They disagree on {counted(apart, of=of)} of {of:,}. {those} within a hair of an end of the dtype{why}."


def spread(told: Forecast) -> str:
    """By which scale half of the digits are lost, as the closed form has it."""
    on_track, digits = int((told.predicted < NEVER).sum()), len(told.critical)
    if not on_track:
        return "As the closed form has it, no digit is lost on the track."
    median = float(np.median(told.critical))
    half = f"half of the digits are lost by ×{median:.6g}, and " if median <= SCALES[-1] else ""
    lost = f"{counted(on_track, of=digits)} {does(on_track, 'is', 'are')} lost on the track"
    return f"As the closed form has it, {half}{lost}."


def first(told: Forecast) -> str:
    """Which digit goes first, predicted and measured."""
    digit, at = first_to_fail(told.critical)
    step = int(told.measured.min())
    lost = np.flatnonzero(told.measured == step) if step < NEVER else np.array([], np.int64)
    if told.predicted.min() == NEVER:
        return "By prediction no digit is lost on the track. " + (
            f"Torch loses {_named(lost, digit)} on the step to ×{SCALES[step]:g}."
            if len(lost)
            else "Torch loses none either."
        )
    return f"Predicted: digit {digit:,} is the first to go, at ×{at:.6g}. Measured at the steps of the track: " + (
        f"torch loses {_named(lost, digit)} first, on the step to ×{SCALES[step]:g}."
        if len(lost)
        else "torch loses none."
    )


def _named(rows: np.ndarray, predicted: int) -> str:
    """The digits that go together: the only one, or how many and whether the predicted one is among them."""
    if len(rows) == 1:
        return f"digit {rows[0]:,}"
    return f"{counted(len(rows))}, {'that one' if predicted in rows else f'digit {rows[0]:,}'} among them,"


def how_it_follows(dtype: Dtype) -> str:
    """The closed form of the naive loss."""
    return (
        "How it follows, with $x_t$ the target's logit, $m$ the largest, and the two ends of the dtype, "
        f"$T$ = {ends(dtype).top:.6g} and $L_0$ = {ends(dtype).bottom:.6g}: the naive loss dies when $m \\ge T$ (an "
        "exp overflows), when $\\log\\sum e^x \\ge T$ (their sum does), when $x_t \\le L_0$ (the target's exp "
        "underflows) or when the loss itself reaches $-L_0$ (its share underflows). Each of these is convex in the "
        "scale and starts short of its end, so that it is met once at most: a digit that is lost stays lost."
    )
