"""Lab: failures by cause over the scale, predicted from the logits alone and measured by torch."""

import numpy as np
import streamlit as st

from core.critical import first_to_fail
from core.dtypes import DTYPES, limits, shortest
from core.losses import FORMULAS
from core.outcomes import CAUSES
from core.prediction import ends
from core.sweep import NEVER, SCALES
from core.view import View
from core.walk import WALKS
from pages.parts import agreement, cached, cached_labs, chapter, controls, row, tables
from pages.parts.chart.chart import chart
from pages.parts.kept import kept
from pages.parts.scrubber.scrubber import scrubber

view = controls.current()
naive = cached_labs.forecast(view, "log_of_softmax")
digit, scale = first_to_fail(naive.critical)


def predicted_beside_measured(view: View, formula: str) -> tuple[str, str]:
    """Table: how many digits are lost to each cause; and in words on how many both disagree."""
    codes, by_torch = cached_labs.causes(view, formula)
    expected, measured = (np.bincount(it, minlength=len(CAUSES)) for it in (codes, by_torch))
    apart = int((codes != by_torch).sum())
    return (
        tables.table(
            f"{FORMULAS[formula].label} at ×{view.scale:g} in {view.dtype}: digits by cause",
            ("cause", "predicted", "measured"),
            [
                (cause if code else "finite", f"{expected[code]:,}", f"{measured[code]:,}")
                for code, cause in enumerate(CAUSES)
                if not code or expected[code] or measured[code]
            ],
        ),
        f"They disagree on {apart} of the {len(codes):,} digits."
        + (
            " Those stand within a hair of an end of the dtype: in 16 bits torch rounds exp, sum and quotient to "
            "float32 first and then again, and two roundings are not one."
            if apart
            else ""
        ),
    )


def exact_limits() -> str:
    """Table: the ends of each format, and of exp in it."""
    return tables.table(
        "Found by bisection over the numbers each format has",
        (
            "format",
            "largest",
            "smallest above 0",
            "last finite exp",
            "first infinite exp",
            "last exp above 0",
            "T",
            "L0",
        ),
        [
            (
                dtype,
                f"{it.largest:.5g}",
                f"{it.smallest:.3g}",
                *(shortest(x, dtype) for x in (it.last_finite_exp, it.first_inf_exp, it.last_nonzero_exp)),
                f"{ends(dtype).top:.8g}",
                f"{ends(dtype).bottom:.8g}",
            )
            for dtype in DTYPES
            for it in [limits(dtype)]
        ],
    )


chapter.begin(
    "Who fails, when and why",
    "Whether a formula survives a row is no accident: it follows from a few of the row's numbers. **A closed form "
    "names the scale at which each digit is lost before torch has computed one loss.** Here it is beside what torch "
    "does.",
)
scrubber(view, agreement.sentence(view), on_scale=controls.set_scale, on_sample=controls.set_sample)

chapter.say(
    f"The closed form says that in {view.dtype} with {view.weights} weights the naive loss first dies at "
    f"×{scale:.6g}, on digit {digit:,}. Torch is asked at the slider's steps only.",
    "## Failures by cause over the scale",
)
formula = st.selectbox(
    "Formula", FORMULAS, format_func=lambda name: FORMULAS[name].label, key="overflow_formula", persist_state="session"
)
if formula not in FORMULAS:
    formula = next(iter(FORMULAS))
told = cached_labs.forecast(view, formula)
by_cause, by_scale = cached_labs.forecast_figures(view, formula)
most = told.causes[:, 1:].max(0)
found = [f"{CAUSES[i + 1]} (up to {n:,})" for i, n in enumerate(most) if n]
words = f"{FORMULAS[formula].label} in {view.dtype}, as the closed form has it: {', '.join(found) or 'no failure'}."
chart(by_cause, key="causes", alt=words)
st.caption(words)

table, words = kept(predicted_beside_measured, view, formula)
st.html(table)
st.markdown(words)

st.header("The critical scale of every digit", anchor=False)
first, at = first_to_fail(told.critical)
if np.isfinite(at) and at <= SCALES[-1]:
    step = int(told.measured.min())
    lost_by_torch = (
        f"torch loses its first digit, {int(told.measured.argmin()):,}, on the step of the track to ×{SCALES[step]:g}"
    )
    words = (
        f"Predicted: the first digit is lost at ×{at:.6g} (digit {first:,}), half of them by "
        f"×{np.median(told.critical):.6g}. Measured: "
        f"{lost_by_torch if step < NEVER else 'torch loses none on the track'}."
    )
else:
    words = "No digit is lost on the track, by prediction or by measurement: " + (
        "torch agrees." if told.measured.min() == NEVER else f"torch lost {(told.measured < NEVER).sum():,}."
    )
chart(by_scale, key="critical", alt=words)
st.caption(words)
st.markdown(
    "How it follows, with $x_t$ the target's logit, $m$ the largest, and the two ends of the dtype, "
    f"$T$ = {ends(view.dtype).top:.6g} and $L_0$ = {ends(view.dtype).bottom:.6g}: the naive loss dies when $m \\ge T$ "
    "(an exp overflows), when $\\log\\sum e^x \\ge T$ (their sum does), when $x_t \\le L_0$ (the target's exp "
    "underflows) or when the loss itself reaches $-L_0$ (its share underflows). Every one of these moves in "
    "proportion to the scale, or faster, so each digit has one critical scale."
)

st.html(f"<h2>The exact limits</h2>{kept(exact_limits)}")

chosen = cached.chosen(view)
logits, target = cached.row(view)
walked = row.walked(logits, target, view.dtype, tuple(WALKS), f"The ten logits of digit {chosen}, step by step")
chapter.say(
    f"## Digit {chosen:,}, until the first bad value",
    *(f"{FORMULAS[name].label}: {reason}" for name, reason in zip(WALKS, walked.reasons, strict=True)),
)
st.html(walked.table)
