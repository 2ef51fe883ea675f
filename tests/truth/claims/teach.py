"""What the lesson paths expect as answers."""

import math
import re
from itertools import combinations

import torch

from core.view import View
from tests.truth import torch_says
from tests.truth.claims.claim import Claim, claim
from tests.truth.torch_says import STEPS

_BROKEN = View(scale=300.0)
_NAIVE, _UNSHIFTED = "log_of_softmax", "unshifted_log_softmax"


def _first(scale: str, weights: str, formula: str = _NAIVE) -> bool:
    return scale == f"{torch_says.first_lost(weights, 0, 'float32', formula):g}"


def _failed(count: str, view: View) -> bool:
    return count == f"{torch_says.lost(view, _NAIVE):,}"


def _those_with_the_maximum_out(*_: object) -> bool:
    near = {
        pair: torch.allclose(*(torch_says.nll(_BROKEN, name) for name in pair), rtol=1e-3, atol=1e-5)
        for pair in combinations(torch_says.FORMULAS, 2)
    }
    return all(agree is not bool({_NAIVE, _UNSHIFTED} & set(pair)) for pair, agree in near.items())


def _gradient_first(*_: object) -> bool:
    """Whether most digits, at some step, have a finite loss and no finite gradient, by autograd."""
    seen = torch.zeros(len(torch_says.targets()), dtype=torch.bool)
    for scale in STEPS[150::5]:
        x = torch_says.scaled(torch_says.unscaled("untrained", 0), scale, "float32").requires_grad_()
        nll = torch_says.of_rows(x, torch_says.targets(), _NAIVE)
        (gradient,) = torch.autograd.grad(nll.sum(), x)
        seen |= nll.isfinite() & ~gradient.isfinite().all(-1)
    return bool(seen.double().mean() > 0.5)


def _overflow_is_left(_: re.Match[str], __: View) -> bool:
    trained = View(scale=5.0, weights="trained")
    lost = ~torch_says.nll(trained, _UNSHIFTED).isfinite()
    return bool(lost.any() and torch_says.logits(trained)[lost].exp().sum(-1).isinf().all())


CLAIMS: tuple[Claim, ...] = (
    claim("where the first digit is lost", r"At ×(\S+)\. Take guesses", lambda it, _: _first(it[1], "untrained")),
    claim(
        "why the loss is nan",
        r"([\d,]+) of 50,000 fail at ×300, and a mean with one nan in it is nan\.",
        lambda it, _: _failed(it[1], _BROKEN) and math.isnan(torch_says.mean(_BROKEN, _NAIVE)),
    ),
    claim(
        "where it breaks by either weights",
        r"At ×(\S+) with untrained weights, at ×(\S+) with trained ones\.",
        lambda it, _: _first(it[1], "untrained") and _first(it[2], "trained"),
    ),
    claim(
        "the largest x with a finite exp",
        r"(\S+) in float32: the log of the largest float32\.",
        lambda it, _: (
            (x := torch.tensor(float(it[1]))).exp().isfinite() and x.nextafter(torch.tensor(math.inf)).exp().isinf()
        ),
    ),
    claim(
        "where the sum overflows",
        r"It cures the underflow of the target; the sum overflows at ×(\S+)\.$",
        lambda it, _: _first(it[1], "untrained", _UNSHIFTED),
    ),
    claim("which formulas still agree", r"Those that take the maximum out first\.", _those_with_the_maximum_out),
    claim(
        "what float16 would lose",
        r"No: ([\d,]+) of 50,000 digits fail at ×1, trained\.",
        lambda it, _: _failed(it[1], View(dtype="float16", weights="trained")),
    ),
    claim("which failure is left", r"The overflow of an exp, or of the sum\.", _overflow_is_left),
    claim(
        "losses that are exactly 0",
        r"at ×5, trained, ([\d,]+) losses are exactly 0 by F\.cross_entropy",
        lambda it, _: (
            it[1] == f"{int((torch_says.nll(View(5.0, weights='trained'), 'torch_cross_entropy') == 0).sum()):,}"
        ),
    ),
    claim(
        "the gradient first", r"The gradient, for most digits: one class whose share is 0 is enough", _gradient_first
    ),
)
