"""Story: one number multiplies every logit, and the textbook loss dies."""

from pathlib import Path

import streamlit as st
import torch

from core import sweep
from core.dtypes import scaled, torch_dtype
from core.losses import FORMULAS
from core.walk import walk
from pages.parts import agreement, cached, controls, row
from pages.parts.digit import digit
from pages.parts.scrubber import scrubber

view = controls.current()
setting = (view.weights, view.seed, view.dtype)
st.html(Path(__file__).parent.parent / "parts" / "tables.css")

st.title("Where softmax breaks", anchor=False)
st.markdown(
    "One number multiplies every logit of a digit classifier. **Somewhere along the track the textbook "
    "cross-entropy dies; log-sum-exp does not.**"
)
scrubber(view, agreement.sentence(view), on_scale=controls.set_scale, on_sample=controls.set_sample)

failed_at = cached.first_failures(*setting)
first = int(failed_at.argmin())
chosen = first if view.sample is None else view.sample
target = int(cached.digits().targets[chosen])
logits = scaled(cached.logits(view.weights, view.seed)[chosen], view.scale, view.dtype)
naive = walk("log_of_softmax", logits, target)
stable = walk("lse_log_softmax", logits, target)

st.header("The digit that failed first" if chosen == first else f"Digit {chosen:,}", anchor=False)
picture, words = st.columns([1, 4], vertical_alignment="center")
picture.html(digit(chosen))
with words:
    step = failed_at[chosen]
    fate = "keeps it over the whole track" if step == sweep.NEVER else f"loses it from ×{sweep.SCALES[step]:g} on"
    st.markdown(f"Digit {chosen:,} of the training set, a {target}. The naive formula {fate}.")
    st.markdown(f"At ×{view.scale:g} in {view.dtype}: {row.reason(naive, view.dtype)}")
    with st.container(horizontal=True):
        if step != sweep.NEVER and view.scale != sweep.SCALES[step]:
            st.button(
                f"Go to ×{sweep.SCALES[step]:g}", on_click=controls.set_scale, args=(sweep.SCALES[step],), key="go"
            )
        if chosen != first:
            st.button("Back to the first to fail", on_click=controls.set_sample, args=(None,), key="back")

st.html(row.table([naive, stable], view.dtype, f"The ten logits of digit {chosen}, step by step"))

st.header(f"{len(FORMULAS)} ways to write the same loss, at ×{view.scale:g}", anchor=False)
st.html(agreement.table(cached.at_scale(*setting, view.scale).frame, f"All {len(failed_at):,} digits, {view.dtype}"))
st.caption(
    "The loss is the mean of the per-sample losses, each computed in the dtype, the mean accumulated in float64."
)


@st.fragment
def three_logits() -> None:
    """A row that fits in the head."""
    st.header("Three logits of your own", anchor=False)
    boxes = st.columns(4)
    starts = (1.0, 2.0, 89.0)
    values = [
        box.number_input(f"Logit {i}", -100_000.0, 100_000.0, start, step=1.0, format="%g", key=f"logit_{i}")
        for i, (box, start) in enumerate(zip(boxes, starts, strict=False))
    ]
    own_target = boxes[3].selectbox("Target", range(3), key="own_target")
    x = torch.tensor(values, dtype=torch_dtype(view.dtype))
    own = walk("log_of_softmax", x, own_target)
    st.markdown(f"{FORMULAS['log_of_softmax'].label}: {row.reason(own, view.dtype)}")
    st.html(row.table([own, walk("lse_log_softmax", x, own_target)], view.dtype, "Your three logits, step by step"))


three_logits()
