"""Story: one row through exp, sum, quotient and log, and where inf, 0 and nan enter."""

import math
from html import escape

import streamlit as st
import torch

from core import losses
from core.dtypes import DTYPES, Dtype, limits, scaled, shortest, torch_dtype
from core.figures.floats import end_of_the_line
from core.model import Weights
from core.sweep import SCALES
from core.walk import walk
from pages.parts import cached, chapter, controls, row, tables
from pages.parts.chart.chart import Drawn, chart, drawn
from pages.parts.kept import kept
from pages.parts.own_row import own_row
from pages.parts.predictions import story

view = controls.current()
ends = limits(view.dtype)


def exp_near_its_end(dtype: Dtype) -> tuple[Drawn, str]:
    """exp where it stops being finite, as a picture and in words."""
    first_inf = story.first_infinite_exp(dtype)
    return drawn(end_of_the_line(dtype)), (
        f"exp of whole numbers near the end of {dtype}: exp({first_inf - 1}) is finite, exp({first_inf}) is "
        f"beyond {limits(dtype).largest:.5g} and becomes inf."
    )


def ends_of_all() -> str:
    """Table: where exp ends in each format."""
    return tables.table(
        "Where exp ends, found by bisection over the numbers each format has",
        ("format", "largest", "last x with finite exp", "next x, exp is inf", "last x with exp above 0"),
        [
            (
                dtype,
                f"{it.largest:.5g}",
                *(shortest(x, dtype) for x in (it.last_finite_exp, it.first_inf_exp, it.last_nonzero_exp)),
            )
            for dtype in DTYPES
            for it in [limits(dtype)]
        ],
    )


def ways_to_die(dtype: Dtype) -> str:
    """Table: rows that fail in the dtype, each for another reason."""
    ends = limits(dtype)
    over, top = math.ceil(ends.first_inf_exp), math.floor(ends.last_finite_exp)
    bottom = math.floor(ends.last_nonzero_exp) - 1
    ways = (
        ([over, over - 1, 0], 0),
        ([over, over - 1, 0], 1),
        ([top, top, top], 0),
        ([bottom, 0, 0], 0),
        ([round(0.6 * bottom), round(-0.5 * bottom), 0], 0),
        ([bottom, bottom, bottom], 0),
    )
    return tables.table(
        "Rows that fail, by the step that fails first",
        ("logits", "target", "what fails first", "loss", "F.cross_entropy"),
        [
            (
                ", ".join(f"{value:g}" for value in row),
                f"class {at}",
                death.cause,
                f"{death.nll:g}",
                f"{losses.torch_cross_entropy(x[None], torch.tensor([at])).item():.5g}",
            )
            for row, at in ways
            for x in [torch.tensor(row, dtype=torch_dtype(dtype))]
            for death in [walk("log_of_softmax", x, at)]
        ],
    )


def first_harm(weights: Weights, seed: int, dtype: Dtype, digit: int) -> str:
    """Table: the least scale of the track at which each step of the digit's loss is off."""
    target = int(cached.digits().targets[digit])
    grid = torch.tensor(SCALES, dtype=torch.float64)[:, None]
    e = scaled(cached.logits(weights, seed)[digit], grid, dtype).exp()
    total = e.sum(-1, keepdim=True)
    share = (e / total)[:, target]
    wrong = {
        "some exp(x) is 0": (e == 0).any(-1),
        "some exp(x) is inf": e.isinf().any(-1),
        "the sum is inf": total.isinf().squeeze(-1),
        "the sum is 0": (total == 0).squeeze(-1),
        "the target's share is 0": share == 0,
        "the target's share is nan": share.isnan(),
        "the loss is not finite": ~share.log().isfinite(),
    }
    return tables.table(
        f"Digit {digit:,} in {dtype}",
        ("what", "first at scale"),
        [(what, f"{SCALES[int(at.int().argmax())]:g}" if at.any() else "never") for what, at in wrong.items()],
    )


chapter.begin(
    "Softmax and its log",
    "**Softmax** turns logits into shares: raise e to each logit, divide by the sum. The loss is minus the log of one "
    "share, the target's. **On paper exp and log cancel. In floating point exp has already run out of numbers.**",
    chapter.formula(r"\operatorname{softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}"),
    "As code, the notebook's first version:",
    chapter.source(losses.log_of_softmax),
)

chapter.predict(story.OVERFLOW, view)

chapter.say(
    "## Where the numbers end",
    f"A float format has a largest number and a smallest one above 0. In {view.dtype} they are {ends.largest:.5g} and "
    f"{ends.smallest:.3g}. Whatever lies beyond the first by half a gap between numbers or more becomes inf "
    "(**overflow**), whatever lies nearer to 0 than to the second becomes 0 (**underflow**). exp gets to both ends "
    "quickly:",
)
picture, words = kept(exp_near_its_end, view.dtype)
chart(picture, key="end_of_the_line", alt=words)
st.html(f'<p class="wsb-note">{words}</p>{kept(ends_of_all)}')


@st.fragment
def your_row() -> None:
    """Three logits, every intermediate."""
    chapter.say(
        "## A row that fits in the head",
        "Change a logit and follow it through the four steps. The first number that makes the loss fail is lit.",
    )
    x, target = own_row(view.dtype)
    own = row.walked(x, target, view.dtype, ["log_of_softmax"], "Your three logits through softmax and log")
    st.html(f"<p>{escape(own.reasons[0])}</p>{own.table}")


your_row()

chosen = cached.chosen(view)
logits, target = cached.row(view)
walked = row.walked(logits, target, view.dtype, ["log_of_softmax"], f"The ten logits of digit {chosen}")
st.html(
    f"<h2>Five ways to die</h2><p>An exp that overflows is only one way. Each of these rows fails in {view.dtype}; the "
    f"first one twice, with its largest logit as the target and with another.</p>{kept(ways_to_die, view.dtype)}"
    f"<p>In short: the naive formula fails for a row once its largest logit passes "
    f"{shortest(ends.last_finite_exp, view.dtype)} (or several a little below it add up beyond the largest number), or "
    f"once the target's logit, or that logit minus the log of the sum, falls below "
    f"{shortest(ends.last_nonzero_exp, view.dtype)}. Close to that end it may also be finite and wrong.</p>"
    f"<h2>A real row: digit {chosen:,}, at ×{view.scale:g}</h2><p>{escape(walked.reasons[0])}</p>{walked.table}"
    "<h2>As the scale grows</h2><p>For this digit, the least scale of the track at which each step first holds "
    f"something that is not its value:</p>{kept(first_harm, view.weights, view.seed, view.dtype, chosen)}"
    "<p>A zero in some exp does this loss no harm by itself: adding 0 to a sum is nearly right. It kills the naive "
    "loss only where it is the target's, or where all of them are 0.</p>"
)
