"""Story: take out any number you like; the maximum is the one that always works."""

import math

import numpy as np
import streamlit as st
import torch

from core import losses
from core.dtypes import Dtype, limits, shortest, torch_dtype
from core.figures.shift import lse_over_shift
from pages.parts import cached, chapter, controls, own_function, row, tables
from pages.parts.chart.chart import Drawn, chart, drawn
from pages.parts.claims.logsumexp import shifted_by, where_it_works
from pages.parts.kept import kept
from pages.parts.own_row import own_row
from pages.parts.predictions import story

view = controls.current()
ends = limits(view.dtype)


def reach_of(dtype: Dtype) -> float:
    """How far from the maximum the shifts go: beyond both ends of exp."""
    return 1.25 * max(limits(dtype).last_finite_exp, -limits(dtype).last_nonzero_exp)


def over_all_shifts(dtype: Dtype, logits: tuple[float, ...], a: float) -> tuple[Drawn, str]:
    """Log-sum-exp of a row with each shift taken out, one of them marked, as a picture and in words."""
    maximum, best = max(logits), losses.logsumexp(torch.tensor(logits, dtype=torch_dtype(dtype))).item()
    reach = reach_of(dtype)
    shifts = np.linspace(maximum - reach, maximum + reach, 201)
    results = cached.over_shifts(dtype, logits, tuple(shifts.tolist()))
    return drawn(lse_over_shift(shifts.tolist(), results, maximum, a)), where_it_works(shifts, results, best)


def line_by_line(dtype: Dtype, logits: tuple[float, ...]) -> str:
    """Table: each line of the derivation, computed on a row."""
    x = torch.tensor(logits, dtype=torch_dtype(dtype))
    m = x.max()
    lines = (
        ("log(sum exp(x))", x.exp().sum().log()),
        ("log(exp(a) · sum exp(x - a))", (m.exp() * (x - m).exp().sum()).log()),
        ("a + log(sum exp(x - a))", m + (x - m).exp().sum().log()),
    )
    return tables.table(
        f"With a = max(x) = {m:g}, in {dtype}",
        ("line", "value"),
        [(line, shortest(value.item(), dtype)) for line, value in lines],
    )


chapter.begin(
    "The LogSumExp trick",
    "**Log-sum-exp** is the log of the sum of e to each logit: what the loss subtracts. Take a number a out of every "
    "logit and add it back after the log. On paper that changes nothing, whatever a is: every exp is divided by the "
    "same e to the a, the log gives it back, and in softmax's quotient it cancels. **In floating point the maximum "
    "always works, as long as the logits are finite. Which other a do?**",
    chapter.formula(
        r"\begin{aligned} \log \sum_j e^{x_j} &= \log\Bigl(e^{a} \sum_j e^{x_j - a}\Bigr) \\ "
        r"&= a + \log \sum_j e^{x_j - a} \end{aligned}"
    ),
)

chapter.predict(story.SHIFT, view)


def choose_shift(x: torch.Tensor, maximum: float) -> None:
    """A slider over all shifts of a row, and what each does to it."""
    reach = reach_of(view.dtype)
    a = st.slider("Shift a", maximum - reach, maximum + reach, maximum, key=f"shift_{view.dtype}_{maximum:g}")
    st.markdown(shifted_by(x, a, view.dtype))
    picture, words = kept(over_all_shifts, view.dtype, tuple(x.tolist()), a)
    chart(picture, key="shift_plot", alt=words)
    st.caption(words)


@st.fragment
def shift_by_hand() -> None:
    """The visitor's row, the visitor's shift."""
    st.header("Choose the shift yourself", anchor=False)
    x, target = own_row(view.dtype)
    maximum = x.max().item()
    if math.isfinite(maximum):
        choose_shift(x, maximum)
    else:
        st.markdown(
            f"In {view.dtype} the largest logit of this row is {maximum:g}: **no shift brings back what the format "
            f"cannot hold.** Its numbers end at {ends.largest:.5g}; change the row or the dtype."
        )

    st.header("Each line of the derivation, on your row", anchor=False)
    st.html(kept(line_by_line, view.dtype, tuple(x.tolist())))
    st.markdown("Equal on paper. In floating point only the last line never forms exp of a large number.")
    own = row.walked(x, target, view.dtype, ["lse_log_softmax"], "Your row through x - logsumexp(x)")
    st.html(own.table)


shift_by_hand()

chapter.say(
    "## Why the maximum",
    "With a = max(x) the largest exp is exp(0) = 1. Each other one lies between 0 and 1, so nothing overflows. The "
    "sum is at least 1 and at most the number of classes, so its log exists. Exps that underflow to 0 are too "
    "small to change a sum of 1 or more. What is left to lose are digits: where one logit is far above the rest, "
    "`x - logsumexp(x)` subtracts two nearly equal numbers, and a small loss keeps few of its digits, or none. "
    "`F.log_softmax` subtracts the maximum from x first, which is better; in the log1p form of the next page nothing "
    "cancels.",
    "## Written by hand, and PyTorch's",
    chapter.source(losses.logsumexp),
)
logits, _ = cached.row(view)
cases = {
    f"digit {cached.chosen(view):,} at ×{view.scale:g}": logits,
    "three times 0": torch.zeros(3, dtype=logits.dtype),
    "every logit -inf": torch.full((3,), -torch.inf, dtype=logits.dtype),
    "one logit -inf": torch.tensor([0.0, 0.0, -torch.inf], dtype=logits.dtype),
    "one logit +inf": torch.tensor([0.0, 0.0, torch.inf], dtype=logits.dtype),
}
answers = {
    "by hand": [shortest(losses.logsumexp(x).item(), view.dtype) for x in cases.values()],
    "torch.logsumexp": [shortest(torch.logsumexp(x, -1).item(), view.dtype) for x in cases.values()],
}
if own_function.passed():
    answers["yours"] = own_function.values(tuple(cases.values()))
st.html(tables.table(f"logsumexp in {view.dtype}", ("logits", *answers), zip(cases, *answers.values(), strict=True)))
st.markdown(
    "They differ where the maximum is infinite: -inf minus -inf is nan. The sum of no exponentials at all is 0 "
    "and its log -inf, so `torch.logsumexp` subtracts 0 instead of an infinite maximum. Masking a class "
    "means setting its logit to -inf; with every class masked the loss is undefined by either function."
)
