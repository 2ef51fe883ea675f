"""Lab: finite is not correct, measured against certified losses."""

import numpy as np
import streamlit as st
import torch
import torch.nn.functional as F

from core import accuracy
from core.accuracy import DIGITS, compared, textbook_digits
from core.dtypes import Dtype, limits, shortest, torch_dtype
from core.figures.accuracy import errors_over_truth
from core.losses import FORMULAS
from core.reference import ReferenceUnavailable, as_floats, certified_losses
from core.view import View
from pages.parts import cached_labs, chapter, controls, tables
from pages.parts.chart.chart import Drawn, chart, drawn
from pages.parts.kept import kept
from pages.parts.own_row import typed_row

SHOWN = ("lse_log_softmax", "torch_cross_entropy", "log1p_nll")
MARKED = 4  # every so many digits get marks in the picture, which must follow the scale without delay

view = controls.current()
eps = torch.finfo(torch_dtype(view.dtype)).eps
ceiling = 10 / eps  # ulps: beyond 1 / eps no digit is right

chapter.begin(
    "Finite is not correct",
    "A formula that returns a number can still return a wrong one. Here every loss is held against the truth: interval "
    "arithmetic that proves its digits. The unit is the **ulp**, the gap between neighbouring numbers of the dtype: a "
    f"perfect result is off by at most half an ulp, and one that is off by {1 / eps:,.0f} ulps has no right digit in "
    f"{view.dtype}. **Stable formulas never overflow; only the log1p form is also accurate.**",
)


def over_all_scales() -> None:
    """Median errors of the sample at every scale of a coarse grid."""
    medians = cached_labs.medians(view)
    stable = [it["torch_cross_entropy"] for it in medians]
    log1p = [it["log1p_nll"] for it in medians]
    words = (
        f"Median error over {accuracy.ROWS} digits in {view.dtype}, {view.weights} weights, ×{accuracy.SCALES[0]:g} to "
        f"×{accuracy.SCALES[-1]:g}: F.cross_entropy up to {max(stable):.3g} ulps, the log1p form up to "
        f"{max(log1p):.3g}. What is not finite stands at the top."
    )
    chart(cached_labs.medians_chart(view, ceiling), key="medians", alt=words)
    st.caption(words)
    st.markdown(
        f"The line *rounding the logits* is what {view.dtype} costs before any formula runs: no formula can undo it. "
        "The errors of the formulas are measured apart from it, against the truth of the rounded logits."
    )


def here() -> None:
    """Each digit of the sample at the view's scale."""
    st.html(f"<h2>{accuracy.ROWS} digits at ×{view.scale:g}</h2>{kept(errors_by_formula, view)}")
    st.markdown(
        "On paper no loss of two or more finite logits is 0. A loss of exactly 0 is a small one whose digits are all "
        "lost."
    )
    picture, words = kept(errors_by_digit, view, ceiling)
    chart(picture, key="errors", alt=words)
    st.caption(words)


def errors_by_formula(view: View) -> str:
    """Table: how far each formula is off."""
    found, zeros = cached_labs.accuracy(view), cached_labs.zeros(view)
    return tables.table(
        f"Error in ulps of {view.dtype}",
        ("formula", "median", "largest", "not finite", f"exactly 0, of {len(found.truth)}", "exactly 0, of all"),
        [
            (
                FORMULAS[name].label,
                *([f"{np.median(size):.3g}", f"{size.max():.3g}"] if len(size) else ["none finite", ""]),
                int((~np.isfinite(errors)).sum()),
                found.zeros[name],
                f"{zeros[name]:,}",
            )
            for name, errors in found.errors.items()
            for size in [np.abs(errors[np.isfinite(errors)])]
        ],
    )


def errors_by_digit(view: View, ceiling: float) -> tuple[Drawn, str]:
    """The error of each digit by some formulas, as a picture and in words."""
    found = cached_labs.accuracy(view)
    shown = {name: found.errors[name][::MARKED] for name in SHOWN}
    medians = [(FORMULAS[name].label, errors[np.isfinite(errors)]) for name, errors in shown.items()]
    words = (
        "The error of each digit by its true loss: the smaller the loss, the more digits all but one formula lose. "
        "In the median "
        + ", ".join(
            f"{label} {np.median(np.abs(own)):.3g} ulps" if len(own) else f"{label} is not finite"
            for label, own in medians
        )
        + f", over the {len(found.truth[::MARKED])} digits drawn."
    )
    return drawn(errors_over_truth(found.truth[::MARKED], shown, ceiling)), words


def your_row() -> None:
    """Any row by every formula, beside fifty certified digits."""
    st.header("A row of your own", anchor=False)
    typed = typed_row(view.dtype, "100, 0, 0")
    if not typed:
        return
    x, target = typed
    table, words = kept(beside_certified, view.dtype, tuple(x.tolist()), target)
    st.html(table)
    st.markdown(words)


def beside_certified(dtype: Dtype, row: tuple[float, ...], target: int) -> tuple[str, str]:
    """Table: one row by every formula; and in words what it should be."""
    found = compared(torch.tensor(row, dtype=torch_dtype(dtype)), target)
    table = tables.table(
        f"In {dtype}",
        ("formula", "loss", "error in ulps"),
        [
            (
                FORMULAS[name].label,
                shortest(loss, dtype),
                "nan" if np.isnan(found.errors[name]) else f"{found.errors[name]:+.3g}",
            )
            for name, loss in found.losses.items()
        ],
    )
    return table, (
        f"The certified loss, {DIGITS} digits, all of them right: `{found.truth}`\n\n"
        f"The textbook formula in decimal arithmetic of {DIGITS} digits says `{textbook_digits(row, target)}`. More "
        "digits do not make a formula right: 1 + a small number loses the small number at any precision."
    )


def made_to_fail() -> None:
    """Cases with a few numbers to change."""
    st.header("Wrong on purpose", anchor=False)
    ends = limits(view.dtype)
    boxes = st.columns(4)
    c = _number(boxes[0], "c of the row c, c - 1, c - 2", float(np.floor(ends.last_nonzero_exp)) + 1, -ends.largest)
    far = _number(boxes[1], "Value of ten equal logits", 8 / eps, -ends.largest)
    classes = int(_number(boxes[2], "Count of logits, all 0", 65_520.0, 1.0, 100_000.0))
    count = int(_number(boxes[3], "Count of losses, each 30", 2184.0, 1.0, 100_000.0))
    st.html(kept(wrong_answers, view.dtype, c, far, classes, count))
    st.markdown(
        "In float16 even F.cross_entropy overflows: the sum of that many exps does not fit, although its log would. "
        "And its own mean holds the sum of the losses in float16, while Tensor.mean adds in float32."
    )


def _number(box, label: str, default: float, low: float, high: float | None = None) -> float:
    """A box for one number; emptied or forged, it counts as its default."""
    high = -low if high is None else high
    value = box.number_input(label, low, high, default, format="%g", key=f"{label}_{view.dtype}")
    return value if isinstance(value, float) and low <= value <= high else default


def wrong_answers(dtype: Dtype, c: float, far: float, classes: int, count: int) -> str:
    """Table: what torch says to those numbers, and what is right."""
    return tables.table(
        "Computed by torch",
        ("what", "formula", "dtype", "answer", "right"),
        [
            _line([c, c - 1, c - 2], f"{c:g}, {c - 1:g}, {c - 2:g}", "unshifted_log_softmax", dtype),
            _line([far] * 10, f"ten times {far:g}", "lse_log_softmax", dtype),
            _line([far] * 10, f"ten times {far:g}", "torch_cross_entropy", dtype),
            *_in_half_precision(classes, count),
        ],
    )


def _line(row: list[float], words: str, formula: str, dtype: Dtype) -> tuple[str, str, str, str, str]:
    """One row by one formula beside its certified loss."""
    x = torch.tensor([row], dtype=torch_dtype(dtype))
    loss = FORMULAS[formula].per_sample(x, torch.tensor([0])).item()
    right = as_floats(certified_losses(x, torch.tensor([0])))[0]
    return words, FORMULAS[formula].label, dtype, f"{loss:.5g}", f"{right:.5g}"


def _in_half_precision(classes: int, count: int) -> list[tuple[str, str, str, str, str]]:
    """Where F.cross_entropy itself overflows: over many classes, and in the mean of many losses."""
    uniform, none = torch.zeros(1, classes, dtype=torch.float16), torch.zeros(1, dtype=torch.int64)
    thirty = torch.tensor([[0.0, 30.0]], dtype=torch.float16)
    rows, targets = thirty.expand(count, 2).contiguous(), torch.zeros(count, dtype=torch.int64)
    right = as_floats(certified_losses(thirty, none))[0]
    mean = F.cross_entropy(rows, targets, reduction="none").mean()
    answers = (
        (f"{classes:,} logits of 0", "F.cross_entropy", F.cross_entropy(uniform, none), np.log(classes)),
        (f"mean of {count:,} losses", "F.cross_entropy", F.cross_entropy(rows, targets), right),
        (f"mean of {count:,} losses", "Tensor.mean", mean, right),
    )
    return [(what, by, "float16", f"{found.item():.5g}", f"{true:.5g}") for what, by, found, true in answers]


def guarded(part) -> None:
    """Draws a part of the page, or says why it cannot."""
    try:
        part()
    except (ReferenceUnavailable, ValueError) as error:
        st.info(f"{error}.".replace("..", "."))


st.header("Over the whole track", anchor=False)
guarded(over_all_scales)
guarded(here)
for part in (your_row, made_to_fail):
    st.fragment(guarded)(part)
