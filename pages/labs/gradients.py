"""Lab: the loss is fine and the gradient is not."""

from dataclasses import replace

import numpy as np
import streamlit as st
import torch

from core.backward import backward_walk
from core.dtypes import Dtype, limits, torch_dtype
from core.figures.gradients import FATES, fates
from core.gradients import gradients, right_gradient
from core.losses import FORMULAS
from core.reasons import reason_of_gradient
from core.sweep import NEVER, SCALES, STRIP_ROWS
from core.view import View
from pages.parts import backward, cached, cached_labs, chapter, controls, tables
from pages.parts.chart.chart import Drawn, chart, drawn
from pages.parts.kept import kept
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


def first_lost(view: View) -> dict[str, str]:
    """The scale at which the first gradient goes, and the first loss."""
    lost = cached_labs.gradient_windows(view)
    first = {name: int(steps.min()) for name, steps in (("gradient", lost.gradient), ("loss", lost.loss))}
    return {name: f"×{SCALES[step]:g}" if step < NEVER else "never" for name, step in first.items()}


def lost_here(view: View) -> str:
    """How many digits are lost by the view's scale, in words."""
    lost = cached_labs.gradient_windows(view)
    here = next((step for step in reversed(range(NEVER)) if SCALES[step] <= view.scale), 0)
    by_gradient, by_loss = (cached_labs.lost_by(steps)[here] for steps in (lost.gradient, lost.loss))
    return (
        f"By ×{SCALES[here]:g}, {by_gradient:,} digits have lost their gradient and {by_loss:,} their loss: for "
        f"{max(0, by_gradient - by_loss):,} the loss still looks fine."
    )


def widths(view: View) -> str:
    """How far apart a digit loses gradient and loss, in words; nothing where none loses both."""
    lost = cached_labs.gradient_windows(view)
    both = (lost.gradient < NEVER) & (lost.loss < NEVER)
    ratio = np.array(SCALES)[lost.loss[both]] / np.array(SCALES)[lost.gradient[both]]
    if not len(ratio):
        return ""
    return (
        f"The width of a digit's window, as the factor between both scales: {ratio.min():.3g} at least, "
        f"{np.median(ratio):.3g} in the median, {ratio.max():.3g} at most, over the {len(ratio):,} digits that lose "
        f"both on the track (whose steps are {100 * (SCALES[1] / SCALES[0] - 1):.2g} % apart)."
    )


def fate_of_each(view: View) -> tuple[Drawn, str]:
    """What becomes of the strip's digits, as a picture and in words."""
    rows, nll, norms, fate = cached_labs.fates(view)
    shown = slice(None, None, MARKED)
    counts = ", ".join(f"{name}: {(fate == number).sum()}" for number, name in enumerate(FATES))
    words = f"By the naive formula, {counts}. One in {MARKED} is drawn; choose a mark to follow its digit."
    return drawn(fates(nll[shown], norms[shown], fate[shown], rows[shown], cached.chosen(view))), words


def there_and_back(dtype: Dtype, logits: tuple[float, ...], target: int, whose: str) -> tuple[str, str]:
    """A row's way back through the naive formula, in words and as a table."""
    x = torch.tensor(logits, dtype=torch_dtype(dtype))
    walked, right = backward_walk(NAIVE, x, target), right_gradient(x[None], torch.tensor([target]))[0]
    return reason_of_gradient(walked, dtype), backward.table(walked, right, dtype, whose)


def two_rows(dtype: Dtype) -> str:
    """Table: a loss without its gradient, and a gradient without its loss."""
    ends = limits(dtype)
    low, high = np.floor(ends.last_nonzero_exp) - 0.5, round(ends.last_finite_exp - 0.3, 1)
    memorable = (
        ("the loss is right, the gradient nan", NAIVE, [0.0, 1.0, low], 1),
        ("the loss is inf, the gradient finite and wrong", UNSHIFTED, [high, high, 0.0], 2),
    )
    return tables.table(
        f"In {dtype}",
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
            for row, one in [(torch.tensor([x], dtype=torch_dtype(dtype)), torch.tensor([at_class]))]
        ],
    )


track = replace(view, scale=View().scale, sample=None)
first = kept(first_lost, track)

chapter.begin(
    "The gradient dies first",
    "Training does not use the loss, it uses its **gradient**: how the loss changes with each logit. PyTorch computes "
    f"it by walking back through the operations. **In {view.dtype} with {view.weights} weights the naive formula first "
    f"loses a digit's gradient at {first['gradient']} and the first loss at {first['loss']}**, in steps of the slider. "
    "A digit in between still shows a good loss, and one update makes all weights nan.",
)
chapter.predict(labs.GRADIENT, view)

st.header("The window", anchor=False)
words = kept(lost_here, view)
chart(
    cached_labs.window_chart(view),
    key="window",
    alt=f"Digits without a gradient, from {first['gradient']} on, and digits without a loss, from "
    f"{first['loss']} on, by scale, in {view.dtype} with {view.weights} weights. {words}",
)
st.caption(words)
chapter.say(kept(widths, track), f"## {STRIP_ROWS} digits at ×{view.scale:g}")
picture, words = kept(fate_of_each, view)
chart(picture, key="fates", alt=words, on_row=controls.set_sample)
st.caption(words)

logits, target = cached.row(view)
words, table = kept(there_and_back, view.dtype, tuple(logits.tolist()), target, f"digit {cached.chosen(view):,}")
chapter.say(f"## Walking back: digit {cached.chosen(view):,}", words)
st.html(table)
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
    words, table = kept(there_and_back, view.dtype, tuple(x.tolist()), own_target, "your row")
    st.markdown(words)
    st.html(table)


your_row()

st.html(f"<h2>Two rows to remember</h2>{kept(two_rows, view.dtype)}")
batch = kept(cached_labs.poisoned, view)
bad = len(batch.bad_rows)
chapter.say(
    "In the first row a class that nobody asked about underflows: its share is 0, log's backward divides 0 by it, and "
    "0 / 0 is nan. In the second the sum overflows, so the exps' way back is divided by inf and vanishes.",
    "## One row takes the batch along",
    f"The batch of {cached_labs.BATCH} digits that holds digit {cached.chosen(view):,}, at ×{view.scale:g}: "
    + (
        f"{bad} of its rows {'has' if bad == 1 else 'have'} no finite gradient by the naive formula. Weights add up "
        "the gradients of all rows, and nan plus anything is nan. Each way to mend it, with one real update of the "
        f"{batch.weights} weights of the last layer:"
        if bad
        else "every row has a finite gradient, so every way works. Raise the scale until one fails."
    ),
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
