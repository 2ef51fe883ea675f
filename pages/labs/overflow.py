"""Lab: failures by cause over the scale, predicted from the logits alone and measured by torch."""

import numpy as np
import streamlit as st

from core.dtypes import DTYPES, limits, shortest
from core.losses import FORMULAS
from core.outcomes import CAUSES
from core.prediction import ends
from core.view import View
from core.walk import WALKS
from pages.parts import agreement, cached, cached_labs, chapter, controls, row, tables
from pages.parts.chart.chart import chart
from pages.parts.claims import overflow as claims
from pages.parts.kept import kept
from pages.parts.scrubber.scrubber import scrubber

view = controls.current()


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
        claims.disagreement(apart, len(codes), view.dtype),
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
    "Whether a formula survives a row is no accident: it follows from a few of the row's numbers. **Before torch "
    "has computed one loss, a closed form names the scale at which a digit will be lost.** Here it is beside torch.",
)
scrubber(view, agreement.sentence(view), on_scale=controls.set_scale, on_sample=controls.set_sample)

st.header("Failures by cause over the scale", anchor=False)
formula = st.selectbox(
    "Formula", FORMULAS, format_func=lambda name: FORMULAS[name].label, key="overflow_formula", persist_state="session"
)
if formula not in FORMULAS:
    formula = next(iter(FORMULAS))
told = cached_labs.forecast(view, formula)
by_cause, by_scale = cached_labs.forecast_figures(view, formula)
words = claims.causes(view, formula, told)
chart(by_cause, key="causes", alt=words)
st.caption(words)

table, words = kept(predicted_beside_measured, view, formula)
st.html(table)
st.markdown(words)

st.header("The critical scale of every digit", anchor=False)
words = claims.spread(told)
chart(by_scale, key="critical", alt=words)
st.caption(words)
with st.expander("Which digit goes first, and at which scale? Guess first, then open this."):
    st.markdown(claims.first(told))
st.markdown(claims.how_it_follows(view.dtype))

st.html(f"<h2>The exact limits</h2>{kept(exact_limits)}")

chosen = cached.chosen(view)
logits, target = cached.row(view)
walked = row.walked(logits, target, view.dtype, tuple(WALKS), f"The ten logits of digit {chosen:,}, step by step")
chapter.say(
    f"## Digit {chosen:,}, step by step",
    *(f"{FORMULAS[name].label}: {reason}" for name, reason in zip(WALKS, walked.reasons, strict=True)),
)
st.html(walked.table)
