"""What the accuracy lab claims of a view, and of rows with numbers of the visitor's own."""

import decimal
import math
from collections.abc import Mapping, Sequence

import numpy as np

from core import accuracy
from core.accuracy import DIGITS, Accuracy
from core.dtypes import limits
from core.losses import FORMULAS
from core.view import View
from pages.parts import cached, cached_labs
from pages.parts.claims import counted, listed

UNSTABLE = ("log_of_softmax", "unshifted_log_softmax")
STABLE = tuple(name for name in FORMULAS if name not in UNSTABLE)
LOST = 10  # ulps: an error of so many is a decimal digit that is wrong
_ROUNDED = 2  # digits at the end that rounding alone may change


def ulps(error: float) -> str:
    """ "1 ulp", "0.29 ulps"."""
    text = f"{error:.3g}"
    return f"{text} ulp{'' if text == '1' else 's'}"


def _bound(error: float) -> float:
    """Three digits, never less than the error."""
    return float(decimal.Context(prec=3, rounding=decimal.ROUND_CEILING).create_decimal_from_float(error))


def _labels(names: Sequence[str]) -> str:
    return listed([FORMULAS[name].label for name in names])


def over_the_track(view: View) -> str:
    """How far the formulas that take the maximum out are off in the median, each at the worst scale of the track."""
    medians = cached_labs.medians(view)
    worst = {name: max(it[name] for it in medians if not math.isnan(it[name])) for name in STABLE}
    exact = [name for name in STABLE if worst[name] < LOST]
    off = {name: error for name, error in worst.items() if error >= LOST}
    begin = (
        f"In the median over {counted(accuracy.ROWS)} in {view.dtype}, {view.weights} weights, ×{accuracy.SCALES[0]:g} "
        f"to ×{accuracy.SCALES[-1]:g}:"
    )
    within = f"within {ulps(_bound(max(worst[name] for name in exact)))}" if exact else ""
    if not off:
        return f"{begin} every formula that takes the maximum out stays {within}.{_left_at_the_end(view)}"
    least, most = min(off.values()), max(off.values())
    at_worst = f"{least:.3g} to {ulps(most)}" if len(off) > 1 else ulps(most)
    lost = (
        f"{_labels(list(off))} {'are' if len(off) > 1 else 'is'} off by {at_worst} at the worst scale, decimal digits"
    )
    if not exact:
        return f"{begin} {lost}.{_left_at_the_end(view)}"
    stays = f"{_labels(exact)} {'stay' if len(exact) > 1 else 'stays'} {within}"
    return f"{begin} {stays}; {lost}.{_left_at_the_end(view)}"


def _left_at_the_end(view: View) -> str:
    """How many digits are left at the end of the track; nothing where that is all."""
    rows = accuracy.sample_of(len(cached.digits()))
    end = View(accuracy.SCALES[-1], view.dtype, view.weights, view.seed)
    left = int(cached_labs.scaled_rows(end, rows).isfinite().all(-1).sum())
    if left == len(rows):
        return ""
    return f" A digit with a logit beyond the largest {view.dtype} is left out; at the end {counted(left)} remain."


def at_the_top(view: View) -> str:
    """Which curves reach the top of the picture, where what is not finite stands."""
    medians = cached_labs.medians(view)
    lost = {
        name: [s for s, it in zip(accuracy.SCALES, medians, strict=True) if math.isinf(it[name])] for name in FORMULAS
    }
    ends = [f"{FORMULAS[name].label} from ×{scales[0]:g} on" for name, scales in lost.items() if scales]
    if not ends:
        return "No curve reaches the top, where half of the losses or more would not be finite."
    return f"The curve stands at the top, where half of the losses or more are not finite, for {listed(ends)}."


def left_out(view: View, found: Accuracy) -> str:
    """Who has no truth at the view's scale; empty where nobody is left out."""
    out = accuracy.ROWS - len(found.truth)
    if not out:
        return ""
    those = (
        "what it was is not known there, and it is" if out == 1 else "what they were is not known there, and they are"
    )
    return (
        f"Of {accuracy.ROWS} digits {out} {'has' if out == 1 else 'have'} a logit beyond the largest {view.dtype}: "
        f"{those} left out."
    )


def zeros(view: View, found: Accuracy, over_all: Mapping[str, int]) -> str:
    """What losses of exactly 0 are here.

    found: of the sample; over_all: name in FORMULAS -> how many of all digits have a loss of 0
    """
    begin = "On paper no loss of two or more finite logits is 0."
    if not any(over_all.values()) and not any(found.zeros.values()):
        return f"{begin} No formula gives one here."
    smallest, looked_at = limits(view.dtype).smallest, len(found.truth)
    below = int((found.truth <= smallest / 2).sum())
    do = f"{below:,} of the {looked_at:,} looked at {'does' if below == 1 else 'do'}" if below else "none of these does"
    return (
        f"{begin} One that comes out as exactly 0 has lost all its digits, unless it lies below half of "
        f"{smallest:.3g}, the smallest {view.dtype} above 0, where 0 is the nearest number there is; {do}."
    )


def by_digit(found: Accuracy, shown: Sequence[str], every: int) -> str:
    """How far digits are off by some formulas, in the median, and how far on the half with the smaller losses.

    every: one in so many digits of the sample is drawn
    """
    truth = found.truth[::every]
    if not len(truth):
        return "No digit is drawn: each has a logit beyond the dtype."
    small = truth <= np.median(truth)
    parts = [
        f"{FORMULAS[name].label} {_median(errors)} and {_median(errors[small])}"
        for name in shown
        for errors in [found.errors[name][::every]]
    ]
    hidden = int((truth == 0).sum())
    return (
        f"The error of each digit by its true loss, over {counted(len(truth))}. In the median over all, and over the "
        f"half with the smaller losses: {'; '.join(parts)}."
        + (f" Of {counted(hidden)} the true loss is 0 even in float64, which a log axis cannot show." if hidden else "")
    )


def _median(errors: np.ndarray) -> str:
    finite = errors[np.isfinite(errors)]
    return ulps(float(np.median(np.abs(finite)))) if len(finite) else "never finite"


def of_textbook(truth: str, textbook: str) -> str:
    """What the textbook formula makes of a row in decimal arithmetic, beside the truth; both as text."""
    says = f"The textbook formula in decimal arithmetic of {DIGITS} digits says `{textbook}`"
    if truth == "0":
        return f"{says}: with a single class left the share is 1, and the loss 0."
    said = decimal.Decimal(textbook)
    if not said.is_finite():
        return f"{says}: even there the exps of this row, or the target's share, leave what a decimal holds."
    digits = _right_digits(decimal.Decimal(truth), said) if said else 0
    if digits >= DIGITS - _ROUNDED:
        return f"{says}: here it loses nothing."
    first = (
        f"only its first {counted(digits)} {'is' if digits == 1 else 'are'} right" if digits else "no digit is right"
    )
    return (
        f"{says}: {first}. More digits do not make a formula right: 1 + a small number loses the small number at any "
        "precision."
    )


def _right_digits(truth: decimal.Decimal, said: decimal.Decimal) -> int:
    """How many leading digits both share; DIGITS where they differ in the last ones alone."""
    with decimal.localcontext(prec=2 * DIGITS):
        if abs(said - truth) <= abs(truth).scaleb(_ROUNDED - DIGITS):
            return DIGITS
    if said.adjusted() != truth.adjusted():
        return 0
    pairs = zip(said.as_tuple().digits, truth.as_tuple().digits, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), DIGITS)


def of_half_precision(classes: int, count: int, sums: float, own_mean: float, mean: float) -> str:
    """What becomes of F.cross_entropy in float16 over many classes, and of means of many losses.

    sums: its loss over so many classes; own_mean, mean: F.cross_entropy's and Tensor.mean's of so many losses
    """
    told = []
    if math.isinf(sums):
        told.append(
            f"In float16 even F.cross_entropy overflows: the sum of {classes:,} exps does not fit, although its log "
            "would."
        )
    if math.isinf(own_mean) and math.isfinite(mean):
        told.append(
            f"F.cross_entropy's own mean holds the sum of {count:,} losses in float16; Tensor.mean adds in float32."
        )
    return " ".join(told) or "In float16 F.cross_entropy keeps up with these; raise a count until it does not."
