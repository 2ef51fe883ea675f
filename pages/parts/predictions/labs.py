"""What the labs ask."""

from core import training
from core.view import View
from pages.parts import cached, cached_labs
from pages.parts.claims import counted
from pages.parts.predictions import Prediction, Truth

_SHARES = ("less than a third", "a third to two thirds", "more than two thirds")
_LARGE = "large logits"


def _gradient_first(view: View) -> Truth:
    lost = cached_labs.gradient_windows(view)
    before = lost.gradient < lost.loss
    return Truth(
        _SHARES[min(len(_SHARES) - 1, int(len(_SHARES) * before.mean()))],
        f"The gradient first: {counted(int(before.sum()), of=len(before))}. Both at the same step of the track, or "
        f"neither: {counted(int((lost.gradient == lost.loss).sum()), of=len(before))}. The loss first: "
        f"{counted(int((lost.gradient > lost.loss).sum()), of=len(before))}.",
    )


GRADIENT = Prediction(
    "gradient",
    "gradients",
    lambda view: (
        f"In {view.dtype} with {view.weights} weights, as the scale grows: how many of the {len(cached.digits()):,} "
        "digits lose the gradient of the naive loss before the loss itself?"
    ),
    lambda _: _SHARES,
    _gradient_first,
    varies=("dtype", "weights", "seed"),
)


_DEATHS = {
    "loss": "A row's loss is not finite, and its gradient goes with it",
    "gradient": "The gradient needs every class's share, the loss only the target's",
}


def _died(_: View) -> Truth:
    death = cached_labs.trained(_LARGE).formulas["log_of_softmax"].death
    if death is None:
        return Truth("neither", f"In all {training.STEPS} steps both stay finite.")
    return Truth(f"the {death.what}", f"{_DEATHS[death.what]}. It goes at step {death.step} of {training.STEPS}.")


def _trained_with_large_logits(_: View) -> str:
    setting = training.PRESETS[_LARGE]
    return (
        f"The network is trained with its logits × {setting.scale:g}, in {setting.loss_dtype}, by the naive formula. "
        "What is first to go?"
    )


DEATH = Prediction(
    "dies",
    "training",
    _trained_with_large_logits,
    lambda _: ("the loss", "the gradient", "neither"),
    _died,
)
