"""Story: one number multiplies every logit, and the textbook loss dies."""

from html import escape

import streamlit as st

from core import sweep
from core.losses import FORMULAS
from pages.parts import agreement, cached, chapter, controls, row
from pages.parts.digit import digit
from pages.parts.own_row import own_row
from pages.parts.scrubber.scrubber import scrubber

view = controls.current()

chapter.begin(
    "Where softmax breaks",
    "A digit classifier gives each digit ten scores, its **logits**; the **loss** says how little it believed in the "
    "right one. Here one number, the scale, multiplies all logits. **Somewhere along the track the textbook loss dies: "
    "inf, then nan. Log-sum-exp with the maximum taken out lives on, as long as its answer fits the number format.**",
)
scrubber(view, agreement.sentence(view), on_scale=controls.set_scale, on_sample=controls.set_sample)

failed_at = cached.first_failures(view.weights, view.seed, view.dtype)
first, chosen = int(failed_at.argmin()), cached.chosen(view)
logits, target = cached.row(view)
walked = row.walked(logits, target, view.dtype, sweep.STRIP_FORMULAS, f"The ten logits of digit {chosen}, step by step")


step = failed_at[chosen]
before = f"still finite at ×{sweep.SCALES[step - 1]:g} and " if step else ""
fate = (
    "The naive formula keeps it over the whole track."
    if step == sweep.NEVER
    else f"By the naive formula its loss is {before}lost at ×{sweep.SCALES[step]:g}, the next scale the slider offers."
)

st.html(
    f"<h2>{'The digit that failed first' if chosen == first else f'Digit {chosen:,}'}</h2>"
    f'<div class="wsb-beside">{digit(chosen)}<div><p>Digit {chosen:,} of the training set, showing {target}.</p>'
    f"<p>At ×{view.scale:g} in {view.dtype}: {escape(walked.reasons[0])}</p>"
    f"<details><summary>At which scale is it lost? (Guess first.)</summary><p>{fate}</p></details></div></div>"
)
if step != sweep.NEVER and view.scale != sweep.SCALES[step]:
    st.button("Go where it is lost", on_click=controls.set_scale, args=(sweep.SCALES[step],), key="go")
if chosen != first:
    st.button("Back to the first to fail", on_click=controls.set_sample, args=(None,), key="back")

st.html(
    f"{walked.table}<h2>{len(FORMULAS)} ways to write the same loss, at ×{view.scale:g}</h2>"
    + agreement.table(cached.now(view).frame, f"All {len(failed_at):,} digits, {view.dtype}")
    + '<p class="wsb-note">The loss is the mean of the per-sample losses, each computed in the dtype, the mean '
    "accumulated in float64.</p>"
)


st.markdown("## Three logits of your own")
x, own_target = own_row(view.dtype)
own = row.walked(x, own_target, view.dtype, sweep.STRIP_FORMULAS, "Your three logits, step by step")
st.html(f"<p>{FORMULAS[sweep.STRIP_FORMULAS[0]].label}: {escape(own.reasons[0])}</p>{own.table}")

st.markdown(
    "## What to write in your own code\n\n"
    "`loss = F.cross_entropy(logits, targets)`, with the last layer's raw output as logits, no softmax before it. It "
    "takes the maximum out for you. In float16 or bfloat16 convert the logits first: `F.cross_entropy(logits.float(), "
    "targets)`. Why this works, and when even it is not enough, is what the next chapters show."
)
