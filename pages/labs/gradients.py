"""Lab: the loss is fine and the gradient is not."""

from dataclasses import replace

import numpy as np
import streamlit as st
import torch

from core.backward import backward_walk
from core.dtypes import Dtype, torch_dtype
from core.figures.gradients import FATES, fates
from core.gradients import right_gradient
from core.reasons import reason_of_gradient
from core.sweep import STRIP_ROWS
from core.view import View
from pages.parts import backward, cached, cached_labs, chapter, controls, tables
from pages.parts.chart.chart import Drawn, chart, drawn
from pages.parts.claims import batch, counted, gradients
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

view = controls.current()


def fate_of_each(view: View) -> tuple[Drawn, str]:
    """What becomes of the strip's digits, as a picture and in words."""
    rows, nll, norms, fate = cached_labs.fates(view)
    shown = slice(None, None, MARKED)
    counts = ", ".join(f"{name}: {(fate == number).sum()}" for number, name in enumerate(FATES))
    marks = len(rows[shown])
    placed = int((np.isfinite(nll[shown]) & np.isfinite(norms[shown])).sum())
    words = f"By the naive formula, {counts}. One in {MARKED} is looked at" + (
        "; choose a mark to follow its digit."
        if placed == marks
        else f": of these {marks} {counted(placed)} can be drawn; the right loss of the others is not finite."
    )
    return drawn(fates(nll[shown], norms[shown], fate[shown], rows[shown], cached.chosen(view))), words


def there_and_back(dtype: Dtype, logits: tuple[float, ...], target: int, whose: str) -> tuple[str, str, str]:
    """A row's way back through the naive formula, in words and as a table; and what its last column is."""
    x = torch.tensor(logits, dtype=torch_dtype(dtype))
    walked, right = backward_walk(gradients.NAIVE, x, target), right_gradient(x[None], torch.tensor([target]))[0]
    table = backward.table(walked, right, dtype, whose)
    return reason_of_gradient(walked, dtype), table, gradients.right_column(right)


def two_rows(dtype: Dtype) -> str:
    """Table: a loss without its gradient, and a gradient without its loss."""
    heads = ("what", "formula", "logits", "target", "loss", "gradient", "right gradient")
    return tables.table(f"In {dtype}", heads, gradients.memorable(dtype))


chapter.begin(
    "The gradient dies first",
    "Training does not use the loss, it uses its **gradient**: how the loss changes with each logit. PyTorch computes "
    "it by walking back through the operations, and **the way back can break where the way there did not**. A digit "
    "whose loss looks fine can have a gradient of nan, and one update with it makes the weights nan.",
)
chapter.predict(labs.GRADIENT, view)

track = replace(view, scale=View().scale, sample=None)
first, here = kept(gradients.first_lost, track), kept(gradients.lost_here, replace(view, sample=None))
chapter.say("## The window", first)
chart(cached_labs.window_chart(view), key="window", alt=f"Digits without a gradient and without a loss. {first} {here}")
st.caption(here)
chapter.say(kept(gradients.widths, track), f"## {STRIP_ROWS} digits at ×{view.scale:g}")
picture, words = kept(fate_of_each, view)
chart(picture, key="fates", alt=words, on_row=controls.set_sample)
st.caption(words)

logits, target = cached.row(view)
whose = f"digit {cached.chosen(view):,}"
words, table, last_column = kept(there_and_back, view.dtype, tuple(logits.tolist()), target, whose)
chapter.say(f"## Walking back: {whose}", words)
st.html(table)
st.markdown(last_column)


@st.fragment
def your_row() -> None:
    """A row there and back."""
    st.header("A row of your own", anchor=False)
    typed = typed_row(view.dtype, "0, 1, -104.5")
    if not typed:
        return
    x, own_target = typed
    words, table, _ = kept(there_and_back, view.dtype, tuple(x.tolist()), own_target, "your row")
    st.markdown(words)
    st.html(table)


your_row()

st.html(f"<h2>Rows to remember</h2>{kept(two_rows, view.dtype)}")
update = kept(cached_labs.poisoned, view)
chapter.say(
    kept(gradients.why_memorable, view.dtype), "## One row takes the batch along", kept(batch.bad_rows, view, update)
)
st.html(
    tables.table(
        "One batch, one update",
        ("loss of the batch", "its mean", "nan in the gradient", "weights nan after"),
        [
            (REMEDIES_WORDS[name], f"{it.loss:.5g}", f"{it.nan_gradient} of {update.weights}", it.nan_after)
            for name, it in update.updates.items()
        ],
    )
)
st.markdown(batch.remedies(update))
