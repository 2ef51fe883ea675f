"""Lab: the loss is fine and the gradient is not."""

import numpy as np
import streamlit as st
import torch

from core.backward import backward_walk
from core.dtypes import limits, torch_dtype
from core.figures.gradients import FATES, fates
from core.gradients import gradients, right_gradient
from core.losses import FORMULAS
from core.reasons import reason_of_gradient
from core.sweep import NEVER, SCALES, STRIP_ROWS
from pages.parts import backward, cached, cached_labs, chapter, controls, tables
from pages.parts.chart.chart import chart, once
from pages.parts.own_row import typed_row
from pages.parts.predictions import labs

REMEDIES_WORDS = {
    "naive_mean": "mean of the naive losses",
    "where_on_the_losses": "where(bad, 0, naive losses)",
    "where_before_the_formula": "naive losses of where(bad, 0, logits)",
    "row_removed": "naive losses without the bad rows",
    "cross_entropy_mean": "F.cross_entropy",
}
MARKED = 4  # every so many digits get marks in the picture, which must follow the scale without delay
NAIVE, UNSHIFTED = "log_of_softmax", "unshifted_log_softmax"

view = controls.current()
lost = cached_labs.gradient_windows(view)
by_gradient, by_loss = cached_labs.lost_by(lost.gradient), cached_labs.lost_by(lost.loss)
first = {name: int(steps.min()) for name, steps in (("gradient", lost.gradient), ("loss", lost.loss))}


def at(step: int) -> str:
    """The scale of a step of the track."""
    return f"×{SCALES[step]:g}" if step < NEVER else "never"


chapter.begin(
    "The gradient dies first",
    "Training does not use the loss, it uses its **gradient**: how the loss changes with each logit. PyTorch computes "
    f"it by walking back through the operations. **In {view.dtype} with {view.weights} weights the naive formula first "
    f"loses a digit's gradient at {at(first['gradient'])} and the first loss at {at(first['loss'])}.** A digit "
    "in between still shows a good loss, and one update makes all weights nan.",
)
chapter.predict(labs.GRADIENT, view)

st.header("The window", anchor=False)
here = next((step for step in reversed(range(NEVER)) if SCALES[step] <= view.scale), 0)
words = (
    f"By ×{SCALES[here]:g} {by_gradient[here]:,} digits have lost their gradient and {by_loss[here]:,} their loss: for "
    f"{max(0, by_gradient[here] - by_loss[here]):,} the loss still looks well."
)
chart(
    cached_labs.window_chart(view),
    key="window",
    alt=f"Digits without a gradient, from {at(first['gradient'])} on, and digits without a loss, from "
    f"{at(first['loss'])} on, by scale, in {view.dtype} with {view.weights} weights. {words}",
)
st.caption(words)
both = (lost.gradient < NEVER) & (lost.loss < NEVER)
ratio = np.array(SCALES)[lost.loss[both]] / np.array(SCALES)[lost.gradient[both]]
if len(ratio):
    st.markdown(
        f"The width of a digit's window, as the factor between both scales: {ratio.min():.3g} at least, "
        f"{np.median(ratio):.3g} in the median, {ratio.max():.3g} at most, over the {len(ratio):,} digits that lose "
        "both on the track (whose steps are 4.7 % apart)."
    )

st.header(f"{STRIP_ROWS} digits at ×{view.scale:g}", anchor=False)
rows, nll, norms, fate = cached_labs.fates(view)
shown = slice(None, None, MARKED)
counts = ", ".join(f"{name}: {(fate == number).sum()}" for number, name in enumerate(FATES))
words = f"By the naive formula, {counts}. One in {MARKED} is drawn; choose a mark to follow its digit."
chart(
    once("fates", view, lambda: fates(nll[shown], norms[shown], fate[shown], rows[shown], cached.chosen(view))),
    key="fates",
    alt=words,
    on_row=controls.set_sample,
)
st.caption(words)

st.header(f"Walking back: digit {cached.chosen(view):,}", anchor=False)
logits, target = cached.row(view)
walked = backward_walk(NAIVE, logits, target)
st.markdown(reason_of_gradient(walked, view.dtype))
right = right_gradient(logits[None], torch.tensor([target]))[0]
st.html(backward.table(walked, right, view.dtype, f"digit {cached.chosen(view):,}"))
st.markdown(
    "The last column is what the gradient should be: softmax minus one-hot. F.cross_entropy computes just that, after "
    "the maximum is taken out, and it is finite for finite logits."
)


@st.fragment
def your_row() -> None:
    """A row there and back."""
    st.header("A row of your own", anchor=False)
    typed = typed_row(view.dtype, "0, 1, -104.5")
    if not typed:
        return
    x, own_target = typed
    own = backward_walk(NAIVE, x, own_target)
    st.markdown(reason_of_gradient(own, view.dtype))
    own_right = right_gradient(x[None], torch.tensor([own_target]))[0]
    st.html(backward.table(own, own_right, view.dtype, "your row"))


your_row()

st.header("Two rows to remember", anchor=False)
ends = limits(view.dtype)
low, high = np.floor(ends.last_nonzero_exp) - 0.5, round(ends.last_finite_exp - 0.3, 1)
memorable = (
    ("the loss is right, the gradient nan", NAIVE, [0.0, 1.0, low], 1),
    ("the loss is inf, the gradient finite and wrong", UNSHIFTED, [high, high, 0.0], 2),
)
st.html(
    tables.table(
        f"In {view.dtype}",
        ("what", "formula", "logits", "target", "loss", "gradient", "right gradient"),
        [
            (
                what,
                FORMULAS[formula].label,
                ", ".join(f"{value:g}" for value in x),
                at_class,
                f"{FORMULAS[formula].per_sample(row, one).item():.5g}",
                ", ".join(f"{value:.3g}" for value in gradients(formula, row, one)[0].tolist()),
                ", ".join(f"{value:.3g}" for value in right_gradient(row, one)[0].tolist()),
            )
            for what, formula, x, at_class in memorable
            for row, one in [(torch.tensor([x], dtype=torch_dtype(view.dtype)), torch.tensor([at_class]))]
        ],
    )
)
st.markdown(
    "In the first row a class that nobody asked about underflows: its share is 0, log's backward divides 0 by it, and "
    "0 / 0 is nan. In the second the sum overflows, so the exps' way back is divided by inf and vanishes."
)

st.header("One row takes the batch along", anchor=False)
batch = cached_labs.poisoned(view)
bad = len(batch.bad_rows)
st.markdown(
    f"The batch of {cached_labs.BATCH} digits that holds digit {cached.chosen(view):,}, at ×{view.scale:g}: "
    + (
        f"{bad} of its rows {'has' if bad == 1 else 'have'} no finite gradient by the naive formula. Weights add up "
        "the gradients of all rows, and nan plus anything is nan. Each way to mend it, with one real update of the "
        f"{batch.weights} weights of the last layer:"
        if bad
        else "every row has a finite gradient, so every way works. Raise the scale until one fails."
    )
)
st.html(
    tables.table(
        "One batch, one update",
        ("loss of the batch", "its mean", "nan in the gradient", "weights nan after"),
        [
            (REMEDIES_WORDS[name], f"{update.loss:.5g}", f"{update.nan_gradient} of {batch.weights}", update.nan_after)
            for name, update in batch.updates.items()
        ],
    )
)
too_late = batch.updates["where_on_the_losses"].nan_gradient > 0
st.markdown(
    "`torch.where` on the losses sends the bad row a gradient of 0 on its way back. "
    + (
        "There 0 times inf, or 0 / 0, is nan: too late. The input must be made safe before the formula sees it. "
        if too_late
        else "Where the row's share is exactly 0, or an exp inf, that is 0 / 0 or 0 times inf, and nan again; "
        "here, luckily, it is not. "
    )
    + "With F.cross_entropy nothing needs mending."
)
