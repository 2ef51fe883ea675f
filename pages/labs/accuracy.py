"""Lab: finite is not correct, measured against certified losses."""

from dataclasses import replace

import numpy as np
import streamlit as st
import torch
import torch.nn.functional as F

from core import reference
from core.accuracy import DIGITS, compared, textbook_digits
from core.dtypes import Dtype, limits, shortest, torch_dtype
from core.figures.accuracy import errors_over_truth
from core.losses import FORMULAS
from core.reference import ReferenceUnavailable, as_floats, certified_losses
from core.view import View
from pages.parts import cached_labs, chapter, controls, tables
from pages.parts.chart.chart import Drawn, chart, drawn
from pages.parts.claims import accuracy as claims
from pages.parts.claims import began, counted
from pages.parts.kept import kept
from pages.parts.own_row import typed_row

SHOWN = ("lse_log_softmax", "torch_cross_entropy", "log1p_nll")
MARKED = 4  # every so many digits get marks in the picture, which must follow the scale without delay

view = controls.current()
track = replace(view, scale=View().scale, sample=None)
eps = torch.finfo(torch_dtype(view.dtype)).eps
ceiling = 10 / eps  # ulps: beyond 1 / eps no digit is right

chapter.begin(
    "Finite is not correct",
    "**A formula that returns a number can still return a wrong one.** The way to find out is to hold each loss "
    "against the truth: interval arithmetic that proves its digits. The unit is the **ulp**, the gap between "
    "neighbouring numbers of the dtype: a perfect result is off by at most half an ulp, and one that is off by "
    f"{1 / eps:,.0f} ulps has no right digit in {view.dtype}.",
)


def over_all_scales() -> None:
    """Median errors of the sample at every scale of a coarse grid."""
    words = f"{kept(claims.over_the_track, track)} {kept(claims.at_the_top, track)}"
    chart(cached_labs.medians_chart(view, ceiling), key="medians", alt=words)
    st.caption(words)
    st.markdown(
        f"The line *rounding the logits* is what {view.dtype} costs before any formula runs: no formula can undo it. "
        "The errors of the formulas are measured apart from it, against the truth of the rounded logits."
    )


def here() -> None:
    """Each digit of the sample at the view's scale."""
    found = cached_labs.accuracy(view)
    left, zeros = claims.left_out(view, found), claims.zeros(view, found, cached_labs.zeros(view))
    chapter.say(f"## {began(counted(len(found.truth)))} at ×{view.scale:g}", *filter(None, (left,)))
    st.html(kept(errors_by_formula, view))
    st.markdown(zeros)
    picture, words = kept(errors_by_digit, view, ceiling)
    chart(picture, key="errors", alt=words)
    st.caption(words)


def errors_by_formula(view: View) -> str:
    """Table: how far each formula is off."""
    found, zeros = cached_labs.accuracy(view), cached_labs.zeros(view)
    return tables.table(
        f"Error in ulps of {view.dtype}",
        (
            "formula",
            "median, where finite",
            "largest",
            "not finite",
            f"exactly 0, of {len(found.truth)}",
            "exactly 0, of all",
        ),
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
    return drawn(errors_over_truth(found.truth[::MARKED], shown, ceiling)), claims.by_digit(found, SHOWN, MARKED)


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
                _signed(found.errors[name]),
            )
            for name, loss in found.losses.items()
        ],
    )
    textbook = claims.of_textbook(found.truth, textbook_digits(row, target))
    return table, f"The certified loss, {DIGITS} digits, all of them right: `{found.truth}`\n\n{textbook}"


def _signed(error: float) -> str:
    """An error with its sign, unless it has none to speak of."""
    return f"{error:+.3g}" if error and not np.isnan(error) else f"{abs(error):.3g}"


def made_to_fail() -> None:
    """Cases with a few numbers to change."""
    st.header("Wrong on purpose", anchor=False)
    ends = limits(view.dtype)
    boxes = st.columns(4)
    c = _number(boxes[0], "c of the row c, c - 1, c - 2", float(np.floor(ends.last_nonzero_exp)) + 1, -ends.largest)
    far = _number(boxes[1], "Value of ten equal logits", 8 / eps, -ends.largest)
    classes = int(_number(boxes[2], "Count of logits, all 0", 65_520.0, 1.0, 100_000.0))
    count = int(_number(boxes[3], "Count of losses, each 30", 2184.0, 1.0, 100_000.0))
    table, words = kept(wrong_answers, view.dtype, c, far, classes, count)
    st.html(table)
    st.markdown(words)


def _number(box, label: str, default: float, low: float, high: float | None = None) -> float:
    """A box for one number; emptied or forged, it counts as its default."""
    high = -low if high is None else high
    value = box.number_input(label, low, high, default, format="%g", key=f"{label}_{view.dtype}")
    return value if isinstance(value, float) and low <= value <= high else default


def wrong_answers(dtype: Dtype, c: float, far: float, classes: int, count: int) -> tuple[str, str]:
    """Table: what torch says to those numbers, and what is right; and in words what F.cross_entropy loses."""
    uniform, none = torch.zeros(1, classes, dtype=torch.float16), torch.zeros(1, dtype=torch.int64)
    rows, targets = torch.tensor([[0.0, 30.0]] * count, dtype=torch.float16), torch.zeros(count, dtype=torch.int64)
    right = as_floats(certified_losses(rows[:1], none))[0]
    sums, own_mean = F.cross_entropy(uniform, none).item(), F.cross_entropy(rows, targets).item()
    mean = F.cross_entropy(rows, targets, reduction="none").mean().item()
    table = tables.table(
        "Computed by torch",
        ("what", "formula", "dtype", "answer", "right"),
        [
            _line([c, c - 1, c - 2], "unshifted_log_softmax", dtype),
            _line([far] * 10, "lse_log_softmax", dtype),
            _line([far] * 10, "torch_cross_entropy", dtype),
            (
                counted(classes, "logit of 0", nouns="logits of 0"),
                "F.cross_entropy",
                "float16",
                _five(sums),
                _five(np.log(classes)),
            ),
            (
                f"mean of {counted(count, 'loss', nouns='losses')}",
                "F.cross_entropy",
                "float16",
                _five(own_mean),
                _five(right),
            ),
            (f"mean of {counted(count, 'loss', nouns='losses')}", "Tensor.mean", "float16", _five(mean), _five(right)),
        ],
    )
    return table, claims.of_half_precision(classes, count, sums, own_mean, mean)


def _line(row: list[float], formula: str, dtype: Dtype) -> tuple[str, str, str, str, str]:
    """One row, as the dtype holds it, by one formula beside its certified loss."""
    x = torch.tensor([row], dtype=torch_dtype(dtype))
    loss = FORMULAS[formula].per_sample(x, torch.tensor([0])).item()
    right = as_floats(certified_losses(x, torch.tensor([0])))[0]
    equal = len(set(row)) == 1
    held = [f"{value:.17g}" if value.is_integer() else shortest(value, dtype) for value in x[0].tolist()]
    words = f"{len(held)} times {held[0]}" if equal else ", ".join(held)
    return words, FORMULAS[formula].label, dtype, _five(loss), _five(right)


def _five(value: float) -> str:
    """Five digits; 0 for both zeros."""
    return f"{value + 0.0:.5g}"


def guarded(part) -> None:
    """Draws a part of the page, or says why it cannot."""
    try:
        part()
    except (ReferenceUnavailable, ValueError) as error:
        st.info(f"{error}.".replace("..", "."))


if reference.AVAILABLE:
    st.header("Over the whole track", anchor=False)
    guarded(over_all_scales)
    guarded(here)
    for part in (your_row, made_to_fail):
        st.fragment(guarded)(part)
else:
    st.info("Without python-flint no loss can be certified, and nothing is shown here: pip install python-flint.")
