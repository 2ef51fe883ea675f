"""Story: one number multiplies every logit, and the textbook loss dies."""

from html import escape

import streamlit as st

from core import sweep
from core.losses import FORMULAS
from pages.parts import agreement, cached, chapter, controls, row, words
from pages.parts.digit import digit
from pages.parts.own_row import own_row
from pages.parts.scrubber.scrubber import scrubber

view = controls.current()

chapter.begin(words.TITLE, words.CLAIM)
scrubber(view, agreement.sentence(view), on_scale=controls.set_scale, on_sample=controls.set_sample)

failed_at = cached.first_failures(view.weights, view.seed, view.dtype)
first, chosen = int(failed_at.argmin()), cached.chosen(view)
logits, target = cached.row(view)
walked = row.walked(logits, target, view.dtype, sweep.STRIP_FORMULAS, f"The ten logits of digit {chosen}, step by step")


def fate(step: int) -> str:
    """Where on the track the naive formula loses the digit, in words. step: of the grid, NEVER where it never does."""
    if step == sweep.NEVER:
        return words.KEPT
    if step == 0:
        return words.LOST_AT_ONCE.format(scale=f"{sweep.SCALES[step]:g}")
    return words.LOST.format(before=f"{sweep.SCALES[step - 1]:g}", scale=f"{sweep.SCALES[step]:g}")


st.html(
    f"<h2>{words.FIRST if chosen == first else words.CHOSEN.format(row=f'{chosen:,}')}</h2>"
    f'<div class="wsb-beside">{digit(chosen)}<div><p>{words.DIGIT.format(row=f"{chosen:,}", target=target)}</p>'
    f"<p>At ×{view.scale:g} in {view.dtype}: {escape(walked.reasons[0])}</p></div></div>"
)
with st.expander(words.ASKED.format(row=f"{chosen:,}")):
    step = int(failed_at[chosen])
    st.markdown(fate(step))
    if step != sweep.NEVER and view.scale != sweep.SCALES[step]:
        st.button(words.GO, on_click=controls.set_scale, args=(sweep.SCALES[step],), key="go")
if chosen != first:
    st.button(words.BACK, on_click=controls.set_sample, args=(None,), key="back")

st.html(
    f"{walked.table}<h2>{len(FORMULAS)} ways to write the same loss, at ×{view.scale:g}</h2>"
    + agreement.table(cached.now(view).frame, f"All {len(failed_at):,} digits, {view.dtype}")
    + '<p class="wsb-note">The loss is the mean of the per-sample losses, each computed in the dtype, the mean '
    "accumulated in float64.</p><h2>Three logits of your own</h2>"
)

x, own_target = own_row(view.dtype)
own = row.walked(x, own_target, view.dtype, sweep.STRIP_FORMULAS, "Your three logits, step by step")
st.html(f"<p>{FORMULAS[sweep.STRIP_FORMULAS[0]].label}: {escape(own.reasons[0])}</p>{own.table}")

st.markdown(
    f"## {words.ADVISED}\n\n{words.ADVICE} Why this works, and when even it is not enough, is what the next chapters "
    "show."
)
