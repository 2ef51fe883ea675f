"""Results that claims are held against: torch asked directly, by formulas written out here, not by a page's helpers."""

from collections.abc import Callable
from functools import cache, lru_cache
from itertools import combinations

import numpy as np
import torch
from torch import Tensor

from core import data
from core.dtypes import scaled
from core.view import View
from pages.parts import cached

STEPS = tuple(float(f"{10 ** (k / 50):.6g}") for k in range(-50, 201))
_TENTH = 10


def _lse(x: Tensor) -> Tensor:
    m = x.amax(-1, keepdim=True)
    return m + (x - m).exp().sum(-1, keepdim=True).log()


def _log1p(x: Tensor, targets: Tensor) -> Tensor:
    m, at = x.max(-1, keepdim=True)
    others = (x - m).exp()
    others[torch.arange(len(x)), at[:, 0]] = 0
    return (m[:, 0] - x[torch.arange(len(x)), targets]) + others.sum(-1).log1p()


def _at(log_probs: Tensor, targets: Tensor) -> Tensor:
    return -log_probs[torch.arange(len(targets)), targets]


LABELS = {
    "log of softmax (naive)": "log_of_softmax",
    "unshifted log-sum-exp": "unshifted_log_softmax",
    "x - logsumexp(x)": "lse_log_softmax",
    "shifted log-softmax": "shifted_log_softmax",
    "F.log_softmax": "torch_log_softmax",
    "log1p form": "log1p_nll",
    "F.cross_entropy": "torch_cross_entropy",
}

_FORMULAS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "log_of_softmax": lambda x, t: _at((x.exp() / x.exp().sum(-1, keepdim=True)).log(), t),
    "unshifted_log_softmax": lambda x, t: _at(x - x.exp().sum(-1, keepdim=True).log(), t),
    "lse_log_softmax": lambda x, t: _at(x - _lse(x), t),
    "shifted_log_softmax": lambda x, t: _at(
        (z := x - x.amax(-1, keepdim=True)) - z.exp().sum(-1, keepdim=True).log(), t
    ),
    "torch_log_softmax": lambda x, t: _at(torch.log_softmax(x, -1), t),
    "log1p_nll": _log1p,
    "torch_cross_entropy": lambda x, t: torch.nn.functional.cross_entropy(x, t, reduction="none"),
}
FORMULAS = tuple(_FORMULAS)


@cache
def digits() -> data.Digits:
    """The 50,000 training digits."""
    return data.load()[0]


def targets() -> Tensor:
    """What they show: int64, (50000,)."""
    return digits().targets


@cache
def unscaled(weights: str, seed: int) -> Tensor:
    """The logits that pages start from: float32, (50000, 10). Trained anew they may differ in their last bits."""
    return cached.logits(weights, seed)


@lru_cache(2)
def logits(view: View) -> Tensor:
    """The logits of all digits at the view: (50000, 10)."""
    return scaled(unscaled(view.weights, view.seed), view.scale, view.dtype)


@lru_cache(16)
def nll(view: View, formula: str) -> Tensor:
    """The loss of every digit by a formula, in the view's dtype: (50000,)."""
    return _FORMULAS[formula](logits(view), targets())


def of_rows(x: Tensor, targets: Tensor, formula: str) -> Tensor:
    """The loss of rows by a formula: (rows, classes), (rows,) -> (rows,)."""
    return _FORMULAS[formula](x, targets)


@lru_cache(4096)
def lost(view: View, formula: str) -> int:
    """How many digits have no finite loss by a formula at the view."""
    return int((~nll(view, formula).isfinite()).sum())


@lru_cache(4096)
def mean(view: View, formula: str) -> float:
    """The mean of the losses, accumulated in float64."""
    return nll(view, formula).double().mean().item()


@lru_cache(4096)
def pairs_agreeing(view: View) -> int:
    """How many pairs of formulas give the digits losses that agree to a thousandth or 1e-5; nan agrees with nothing."""
    pairs = combinations((nll(view, it) for it in FORMULAS), 2)
    return sum(torch.allclose(a, b, rtol=1e-3, atol=1e-5) for a, b in pairs)


@cache
def first_steps(weights: str, seed: int, dtype: str) -> np.ndarray:
    """For each digit the first of STEPS at which its naive loss is not finite, len(STEPS) if none is; all are tried."""
    first = np.full(len(targets()), len(STEPS))
    left = torch.arange(len(first))
    for step, scale in enumerate(STEPS):
        x = scaled(unscaled(weights, seed)[left], scale, dtype)
        fine = _FORMULAS["log_of_softmax"](x, targets()[left]).isfinite()
        first[left[~fine]] = step
        left = left[fine]
    return first


@cache
def first_lost(weights: str, seed: int, dtype: str, formula: str) -> float:
    """The first of STEPS at which a formula loses any digit; inf where none is.

    Every tenth step is tried up to the first that loses one, then all between that and the one before.
    """

    def loses(scale: float) -> bool:
        x = scaled(unscaled(weights, seed), scale, dtype)
        return not _FORMULAS[formula](x, targets()).isfinite().all()

    tenth = next((step for step in range(0, len(STEPS), _TENTH) if loses(STEPS[step])), len(STEPS))
    between = range(max(0, tenth - _TENTH), min(tenth + 1, len(STEPS)))
    return next((STEPS[step] for step in between if loses(STEPS[step])), float("inf"))


def chosen(view: View) -> int:
    """The digit a view shows: its own, else the first that the naive formula loses, the least index of several."""
    return int(first_steps(view.weights, view.seed, view.dtype).argmin()) if view.sample is None else view.sample
