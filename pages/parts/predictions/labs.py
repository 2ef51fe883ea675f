"""What the labs ask."""

from core import training
from core.view import View
from pages.parts import cached, cached_labs
from pages.parts.predictions import Prediction, Truth

_SHARES = ("few", "about half", "nearly all")
_LARGE = "large logits"


def _gradient_first(view: View) -> Truth:
    lost = cached_labs.gradient_windows(view)
    before = lost.gradient < lost.loss
    return Truth(
        _SHARES[min(len(_SHARES) - 1, int(len(_SHARES) * before.mean()))],
        f"{before.sum():,} digits lose their gradient first, {(lost.gradient == lost.loss).sum():,} lose both at the "
        f"same step of the track or neither, {(lost.gradient > lost.loss).sum():,} their loss first.",
    )


GRADIENT = Prediction(
    "gradient",
    "gradients",
    lambda _: "For how many of the 50,000 digits is the gradient lost at a smaller scale than the loss?",
    lambda _: _SHARES,
    _gradient_first,
    alone=lambda view: (
        f"As the scale grows, how many of the {len(cached.digits()):,} digits lose the gradient of the naive loss "
        f"before the loss itself? With {view.weights} weights, in {view.dtype}."
    ),
    varies=("dtype", "weights", "seed"),
)


def _died(_: View) -> Truth:
    death = cached_labs.trained(_LARGE).formulas["log_of_softmax"].death
    return Truth(
        f"the {death.what}" if death else "neither",
        "The gradient needs every class's share, the loss only the target's."
        + (f" It goes at step {death.step}." if death else ""),
    )


def _trained_with_large_logits(_: View) -> str:
    setting = training.PRESETS[_LARGE]
    return (
        f"The network is trained with its logits × {setting.scale:g}, in {setting.loss_dtype}, by the naive formula. "
        "It dies. What is first to go?"
    )


DEATH = Prediction(
    "dies",
    "training",
    lambda _: "With large logits (the third setting below) the naive formula dies. What is first to go?",
    lambda _: ("the loss", "the gradient"),
    _died,
    alone=_trained_with_large_logits,
)
