"""What the accuracy lab says."""

import re

import numpy as np
import torch

from core.view import View
from tests.truth import torch_says, ulps_say
from tests.truth.claims import own_rows
from tests.truth.claims.claim import Claim, claim
from tests.truth.claims.numbers_in_words import close, said
from tests.truth.torch_says import LABELS
from tests.truth.ulps_say import ROWS, SCALES

_UNSTABLE = ("log_of_softmax", "unshifted_log_softmax")
_A_DIGIT = 10
_BEGIN = r"In the median over 500 digits in (\w+), (\w+) weights, ×0\.1 to ×10000"


def _named(text: str) -> set[str]:
    """ "a, b and c" as the formulas' names in the code."""
    return {LABELS[label] for label in re.split(r", | and ", text)}


def _worst(view: View) -> dict[str, float]:
    """The largest median over the track of each formula that takes the maximum out."""
    medians = ulps_say.medians(view.weights, view.seed, view.dtype)
    return {name: max(it[name] for it in medians) for name in LABELS.values() if name not in _UNSTABLE}


def _within(text: str, errors: list[float]) -> bool:
    """Whether a bound holds, and is no more than a rounding above what it bounds."""
    return max(errors) <= float(text) <= 1.02 * max(errors)


def _all_stay(it: re.Match[str], view: View) -> bool:
    errors = list(_worst(view).values())
    return (it[1], it[2]) == (view.dtype, view.weights) and max(errors) < _A_DIGIT and _within(it[3], errors)


def _some_are_off(it: re.Match[str], view: View) -> bool:
    worst = _worst(view)
    off = {name: error for name, error in worst.items() if error >= _A_DIGIT}
    exact = [error for name, error in worst.items() if name not in off]
    return (
        (it[1], it[2]) == (view.dtype, view.weights)
        and _named(it[3]) == worst.keys() - off.keys()
        and _named(it[5]) == off.keys()
        and _within(it[4], exact)
        and said(min(off.values()), it[6])
        and said(max(off.values()), it[7])
    )


def _at_the_top(it: re.Match[str], view: View) -> bool:
    """From the scale on that is named, and not before, half of the losses or more are not finite."""
    medians = ulps_say.medians(view.weights, view.seed, view.dtype)
    told = {LABELS[label]: float(scale) for label, scale in re.findall(r"(?:, | and |^)(.+?) from ×([\d.]+) on", it[1])}
    return all(
        np.isinf(median[name]) == (scale >= told.get(name, np.inf))
        for scale, median in zip(SCALES, medians, strict=True)
        for name in median
    )


def _left(view: View) -> int:
    return len(ulps_say.at(view)[0])


def _end(view: View) -> View:
    return View(SCALES[-1], view.dtype, view.weights, view.seed)


def _line(it: re.Match[str], view: View) -> bool:
    """A line of the table of formulas."""
    name = LABELS[it[1]]
    _, off, zeros = ulps_say.at(view)
    finite = off[name][np.isfinite(off[name])]
    everywhere = int((torch_says.nll(view, name) == 0).sum())
    sizes = (it[2], it[3]) == (("none finite", "") if not len(finite) else (it[2], it[3]))
    near = not len(finite) or (close(it[2], np.median(finite)) and close(it[3], finite.max()))
    counts = len(off[name]) - len(finite), zeros[name], everywhere
    return sizes and near and tuple(int(n.replace(",", "")) for n in it.groups()[3:]) == counts


def _below(view: View) -> int:
    """Of how many digits looked at the true loss rounds to 0 in the dtype."""
    return int((ulps_say.at(view)[0] <= ulps_say.gap(0, view.dtype) / 2).sum())


def _any_zero(view: View) -> bool:
    return any(bool((torch_says.nll(view, name) == 0).any()) for name in LABELS.values())


def _zeros(it: re.Match[str], view: View) -> bool:
    """What is said of losses of 0; and every such loss of a digit looked at is wrong, or below half of the smallest."""
    truth, off, zeros = ulps_say.at(view)
    below = _below(view)
    lost = all(zeros[name] <= below + int(((off[name] >= 0.5) & (truth > 0)).sum()) for name in LABELS.values())
    told = 0 if it[3].startswith("none") else int(re.match(r"([\d,]+) of the ([\d,]+)", it[3])[1].replace(",", ""))
    smallest = f"{ulps_say.gap(0, view.dtype):.3g}"
    return (it[1], it[2]) == (smallest, view.dtype) and told == below and _any_zero(view) and lost


def _medians_by_digit(it: re.Match[str], view: View) -> bool:
    truth, off, _ = ulps_say.at(view)
    truth = truth[::4]
    small = truth <= np.median(truth)
    hidden = int((truth == 0).sum())
    told = {LABELS[label]: (a, b) for label, a, b in re.findall(r"(?:: |; )(.+?) (\S+) ulps? and (\S+) ulps?", it[2])}

    def median(errors: np.ndarray) -> float:
        return float(np.median(errors[np.isfinite(errors)]))

    return (
        int(it[1]) == len(truth)
        and len(told) == 3
        and all(
            close(a, median(off[name][::4])) and close(b, median(off[name][::4][small]))
            for name, (a, b) in told.items()
        )
        and int(it[3] or 0) == hidden
    )


CLAIMS: tuple[Claim, ...] = (
    claim(
        "how far off no digit is right",
        r"one that is off by ([\d,]+) ulps has no right digit in (\w+)\.",
        lambda it, view: (
            it[2] == view.dtype and int(it[1].replace(",", "")) == 1 / torch.finfo(getattr(torch, view.dtype)).eps
        ),
    ),
    claim(
        "that no formula that takes the maximum out loses digits",
        rf"^{_BEGIN}: every formula that takes the maximum "
        r"out stays within (\S+) ulps?\.",
        _all_stay,
    ),
    claim(
        "which formulas lose digits, and how many ulps",
        rf"^{_BEGIN}: (.+?) stays? within (\S+) ulps?; (.+?) "
        r"are off by (\S+) to (\S+) ulps at the worst scale, decimal digits\.",
        _some_are_off,
    ),
    claim(
        "how many digits remain at the end",
        r"A digit with a logit beyond the largest (\w+) is left out; at the end (\d+) digits remain\.",
        lambda it, view: it[1] == view.dtype and int(it[2]) == _left(_end(view)) < ROWS,
    ),
    claim(
        "what stands at the top",
        r"The curve stands at the top, where half of the losses or more are not finite, for (.+?)\.$",
        _at_the_top,
    ),
    claim(
        "how many digits are looked at",
        r"^## (No|[\d,]+) digits? at ×(\S+)$",
        lambda it, view: (it[1], it[2]) == (f"{_left(view) or 'No'}", f"{view.scale:g}"),
    ),
    claim(
        "how many digits are left out",
        r"^Of 500 digits (\d+) ha(?:s|ve) a logit beyond the largest (\w+):",
        lambda it, view: (int(it[1]), it[2]) == (ROWS - _left(view), view.dtype) and _left(view) < ROWS,
    ),
    claim(
        "the error of each formula",
        rf"^({'|'.join(map(re.escape, LABELS))}) \| ([^|\n]*?) \| ([^|\n]*?) \| (\d+) \| (\d+) \| ([\d,]+)$",
        _line,
    ),
    claim("that no loss is 0", r"No formula gives one here\.$", lambda _, view: not _any_zero(view)),
    claim(
        "what a loss of 0 is",
        r"One that comes out as exactly 0 has lost all its digits, unless it lies below half of (\S+), the smallest "
        r"(\w+) above 0, where 0 is the nearest number there is; (.+)\.$",
        _zeros,
    ),
    claim(
        "the median of the digits that are drawn",
        r"^The error of each digit by its true loss, over (\d+) digits?\. In the median over all, and over the half "
        r"with the smaller losses(.+?)\.(?: Of (\d+) digits? the true loss is 0 even in float64.+)?$",
        _medians_by_digit,
    ),
    *own_rows.CLAIMS,
)
