"""Story: one row through exp, sum, quotient and log, and where inf, 0 and nan enter."""

import inspect
import math

import streamlit as st
import torch

from core import losses
from core.dtypes import limits, scaled, shortest, torch_dtype
from core.figures.floats import end_of_the_line
from core.sweep import SCALES
from core.walk import walk
from pages.parts import cached, chapter, controls, row, tables
from pages.parts.chart.chart import chart, once
from pages.parts.own_row import own_row
from pages.parts.predictions import story

view = controls.current()
ends = limits(view.dtype)

chapter.begin(
    "Softmax and its log",
    "**Softmax** turns logits into shares: raise e to each logit, divide by the sum. The loss is minus the log of one "
    "share, the target's. **On paper exp and log cancel. In floating point exp has already run out of numbers.**",
)
st.latex(r"\operatorname{softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}")
st.markdown("As code, the notebook's first version:")
st.code(inspect.getsource(losses.log_of_softmax))


def by_torch(row: list[int], at: int) -> float:
    """The loss by F.cross_entropy, in the view's dtype."""
    x = torch.tensor([row], dtype=torch_dtype(view.dtype))
    return losses.torch_cross_entropy(x, torch.tensor([at])).item()


chapter.predict(story.OVERFLOW, view)

st.header("Where the numbers end", anchor=False)
st.markdown(
    f"A float format has a largest number and a smallest one above 0. In {view.dtype} they are {ends.largest:.5g} and "
    f"{ends.smallest:.3g}. Whatever lies beyond the first becomes inf (**overflow**), whatever lies nearer to 0 "
    "than to the second becomes 0 (**underflow**). exp gets to both ends quickly:"
)
first_inf = story.first_infinite_exp(view.dtype)
words = (
    f"exp of whole numbers near the end of {view.dtype}: exp({first_inf - 1}) is finite, exp({first_inf}) is "
    f"beyond {ends.largest:.5g} and becomes inf."
)
drawn = once("end_of_the_line", view.dtype, lambda: end_of_the_line(view.dtype))
chart(drawn, key="end_of_the_line", alt=words)
st.caption(words)
st.html(
    tables.table(
        "Where exp ends, found by bisection over the numbers each format has",
        ("format", "largest", "last x with finite exp", "next x, exp is inf", "last x with exp above 0"),
        [
            (
                dtype,
                f"{limits(dtype).largest:.5g}",
                shortest(limits(dtype).last_finite_exp, dtype),
                shortest(limits(dtype).first_inf_exp, dtype),
                shortest(limits(dtype).last_nonzero_exp, dtype),
            )
            for dtype in ("float16", "bfloat16", "float32", "float64")
        ],
    )
)


@st.fragment
def your_row() -> None:
    """Three logits, every intermediate."""
    st.header("A row that fits in the head", anchor=False)
    st.markdown("Change a logit and follow it through the four steps. The first number that goes wrong is lit.")
    x, target = own_row(view.dtype)
    own = row.walked(x, target, view.dtype, ["log_of_softmax"], "Your three logits through softmax and log")
    st.markdown(own.reasons[0])
    st.html(own.table)


your_row()

st.header("Five ways to die", anchor=False)
over, top, bottom = (
    math.ceil(ends.first_inf_exp),
    math.floor(ends.last_finite_exp),
    math.floor(ends.last_nonzero_exp) - 1,
)
ways = [
    ([over, over - 1, 0], 0),
    ([over, over - 1, 0], 1),
    ([top, top, top], 0),
    ([bottom, 0, 0], 0),
    ([round(0.6 * bottom), round(-0.5 * bottom), 0], 0),
    ([bottom, bottom, bottom], 0),
]
st.markdown(
    f"An exp that overflows is only one way. Each of these rows fails in {view.dtype}; the first one twice, with its "
    "largest logit as the target and with another."
)
deaths = [walk("log_of_softmax", torch.tensor(x, dtype=torch_dtype(view.dtype)), at) for x, at in ways]
st.html(
    tables.table(
        "Rows that fail, by the step that fails first",
        ("logits", "target", "what fails first", "loss", "F.cross_entropy"),
        [
            (
                ", ".join(f"{value:g}" for value in x),
                f"class {at}",
                death.cause,
                f"{death.nll:g}",
                f"{by_torch(x, at):.5g}",
            )
            for (x, at), death in zip(ways, deaths, strict=True)
        ],
    )
)
st.markdown(
    f"In short: the naive formula fails for a row once its largest logit passes "
    f"{shortest(ends.last_finite_exp, view.dtype)} (or several a little below it add up beyond the largest number), or "
    f"once the target's logit, or that logit minus the log of the sum, falls below "
    f"{shortest(ends.last_nonzero_exp, view.dtype)}. Close to that end it may also be finite and wrong."
)

chosen = cached.chosen(view)
logits, target = cached.row(view)
walked = row.walked(logits, target, view.dtype, ["log_of_softmax"], f"The ten logits of digit {chosen}")
st.header(f"A real row: digit {chosen:,}, at ×{view.scale:g}", anchor=False)
st.markdown(walked.reasons[0])
st.html(walked.table)

st.header("As the scale grows", anchor=False)
st.markdown(
    "For this digit, the least scale of the track at which each step first holds something that is not its value:"
)
unscaled = cached.logits(view.weights, view.seed)[chosen]
grid = torch.tensor(SCALES, dtype=torch.float64)[:, None]
x = scaled(unscaled, grid, view.dtype)
e = x.exp()
total = e.sum(-1, keepdim=True)
share = e / total
wrong = {
    "some exp(x) is 0": (e == 0).any(-1),
    "some exp(x) is inf": e.isinf().any(-1),
    "the sum is inf": total.isinf().squeeze(-1),
    "the sum is 0": (total == 0).squeeze(-1),
    "the target's share is 0": share[:, target] == 0,
    "the target's share is nan": share[:, target].isnan(),
    "the loss is not finite": ~share[:, target].log().isfinite(),
}
st.html(
    tables.table(
        f"Digit {chosen:,} in {view.dtype}",
        ("what", "first at scale"),
        [(what, f"{SCALES[int(at.int().argmax())]:g}" if at.any() else "never") for what, at in wrong.items()],
    )
)
st.markdown(
    "A zero in some exp does this loss no harm by itself: adding 0 to a sum is nearly right. It kills the naive loss "
    "only where it is the target's, or where all of them are 0."
)
