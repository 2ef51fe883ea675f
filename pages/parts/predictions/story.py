"""What the story's chapters ask."""

from functools import cache
from math import comb

import torch

from core import losses
from core.data import CLASSES
from core.dtypes import Dtype, limits, shortest, torch_dtype
from core.model import Weights
from core.view import View
from pages.parts import cached
from pages.parts.claims import does
from pages.parts.predictions import Prediction, Truth

_PAIR = ("log_of_softmax", "unshifted_log_softmax")
_THOUSAND = torch.tensor([1000.0, 1001.0, 1002.0])
_PAIRS = comb(len(losses.FORMULAS), 2)
_WHOLE = (12, 89, 710, 1000)
_LIMITS = (2, 30)
_GROWN = ("at most twice as large", "up to 30 times as large", "more than 30 times as large")


@cache
def first_infinite_exp(dtype: Dtype) -> int:
    """The least whole number whose exp is inf."""
    return next(x for x in range(1, max(_WHOLE) + 1) if torch.tensor(float(x), dtype=torch_dtype(dtype)).exp().isinf())


def _largest_logit(view: View, weights: Weights) -> float:
    return cached.logits(weights, view.seed).max().item()


def _grown(view: View) -> Truth:
    top = _largest_logit(view, "trained")
    times = top / _largest_logit(view, "untrained")
    return Truth(
        _GROWN[sum(times > limit for limit in _LIMITS)],
        f"The largest logit of all {len(cached.digits()):,} digits is {top:.3g} then, {times:.0f} times as large.",
    )


GROWTH = Prediction(
    "growth",
    "logits",
    lambda view: (
        f"Untrained, the largest of all logits is {_largest_logit(view, 'untrained'):.2g}. After one epoch of training "
        "it is ..."
    ),
    lambda _: _GROWN,
    _grown,
    varies=("seed",),
)


def _overflown(view: View) -> Truth:
    ends = limits(view.dtype)
    return Truth(
        f"{first_infinite_exp(view.dtype)}",
        f"The largest {view.dtype} is {ends.largest:.5g}. exp({shortest(ends.last_finite_exp, view.dtype)}) is the "
        f"last that fits; the next number there is, {shortest(ends.first_inf_exp, view.dtype)}, gives inf.",
    )


OVERFLOW = Prediction(
    "exp",
    "softmax",
    lambda view: f"From which whole number x on is exp(x) infinite in {view.dtype}?",
    lambda _: tuple(f"{x}" for x in _WHOLE),
    _overflown,
    varies=("dtype",),
)


def _indexed(_: View) -> Truth:
    counts = torch.arange(CLASSES)[[-1]].item() == CLASSES - 1
    return Truth(
        "the last class" if counts else "an error",
        "Python's negative index counts from the end, without a word.",
    )


NEGATIVE = Prediction(
    "negative",
    "nll",
    lambda _: "What does plain indexing make of a target of -1?",
    lambda _: ("an error", "the last class", "nothing: the row is left out"),
    _indexed,
    below="See the section about a target that is no class.",
)


def _repaired(view: View) -> Truth:
    naive, difference = (cached.first_lost(view, name) for name in _PAIR)
    earlier = "log of softmax" if naive < difference else "x - log(sum)"
    return Truth(
        "both at the same scale" if naive == difference else earlier,
        f"log of softmax at ×{naive:g}, the difference at ×{difference:g}, with {view.weights} weights in "
        f"{view.dtype}.",
    )


REPAIRED = Prediction(
    "repaired",
    "log-quotient",
    lambda view: (
        "Over the whole track, which of the two formulas loses the first digit earlier, with "
        f"{view.weights} weights in {view.dtype}?"
    ),
    lambda _: ("log of softmax", "x - log(sum)", "both at the same scale"),
    _repaired,
    alone=lambda view: (
        "As the scale grows, which loses its first digit earlier: the log of the softmax, or x - log(sum of exp(x))? "
        f"With {view.weights} weights, in {view.dtype}."
    ),
    varies=("dtype", "weights", "seed"),
    view=View(weights="trained"),
)


def _right_with(*shifts: float) -> bool:
    """Whether all of these shifts give what the maximum gives."""
    best = losses.logsumexp(_THOUSAND)
    return all(losses.near(losses.shifted_logsumexp(_THOUSAND, a), best) for a in shifts)


def _shifted(_: View) -> Truth:
    near = "any a within 80 of 1002" if _right_with(922.0, 1082.0) else "only 1002"
    return Truth(
        "any a at all" if _right_with(0.0) else near,
        "exp(x - a) must neither overflow nor vanish. Between those ends every a gives the same answer but for "
        "rounding; near the upper end the exps are subnormal and lose their digits.",
    )


SHIFT = Prediction(
    "shift",
    "logsumexp",
    lambda _: "The logits are 1000, 1001 and 1002. Which shifts a give the right answer in float32?",
    lambda _: ("only 1002", "any a within 80 of 1002", "any a at all"),
    _shifted,
    below="Below you choose the shift yourself.",
    alone=lambda _: (
        "Log-sum-exp as a + log(sum of exp(x - a)), of the logits 1000, 1001 and 1002, in float32: which shifts a give "
        "the right answer?"
    ),
)


def _agreed(view: View) -> Truth:
    near = cached.now(view).near
    passing, pairs = sum(near.values()), len(near)
    return Truth(
        "all of them" if passing == pairs else "some of them" if passing else "none",
        f"{passing} of {pairs} {does(passing, 'agrees', 'agree')}.",
    )


AGREEMENT = Prediction(
    "agree",
    "agreement",
    lambda view: (
        f"How many of the {_PAIRS} pairs agree at ×{view.scale:g} in {view.dtype} with {view.weights} weights?"
    ),
    lambda _: ("all of them", "some of them", "none"),
    _agreed,
    below="Change scale or dtype above and the table below is computed anew.",
    alone=lambda view: (
        f"{len(losses.FORMULAS)} ways to write the same loss, each held against each other: how many of the "
        f"{_PAIRS} pairs agree to a thousandth at ×{view.scale:g} in {view.dtype} with "
        f"{view.weights} weights?"
    ),
    varies=("dtype", "weights", "seed", "scale"),
    view=View(scale=300.0),
)
