"""Gradients that claims are held against: autograd through the formulas as `torch_says` writes them out."""

from collections.abc import Callable
from functools import cache, lru_cache

import numpy as np
import torch
from torch import Tensor

from core.dtypes import scaled
from core.view import View
from pages.parts import cached
from tests.truth import torch_says
from tests.truth.torch_says import STEPS

NAIVE, UNSHIFTED = "log_of_softmax", "unshifted_log_softmax"
BATCH = 64


def gradient(x: Tensor, targets: Tensor, formula: str) -> Tensor:
    """Each row's own gradient by a formula: (rows, classes), (rows,) -> (rows, classes)."""
    x = x.detach().requires_grad_()
    nll = torch_says.of_rows(x, targets, formula)
    return torch.autograd.grad(nll, x, torch.ones_like(nll))[0]


def _lost(x: Tensor, targets: Tensor) -> np.ndarray:
    return (~gradient(x, targets, NAIVE).isfinite().all(-1)).numpy()


@lru_cache(8)
def lost(view: View) -> np.ndarray:
    """Which digits have no finite gradient by the naive formula at the view: bool, (50000,)."""
    return _lost(torch_says.logits(view), torch_says.targets())


@cache
def first_steps(weights: str, seed: int, dtype: str) -> np.ndarray:
    """For each digit the first of STEPS at which its naive gradient is not finite, len(STEPS) if none is."""
    unscaled, targets = torch_says.unscaled(weights, seed), torch_says.targets()
    first = np.full(len(targets), len(STEPS))
    left = np.arange(len(targets))
    for step, scale in enumerate(STEPS):
        bad = _lost(scaled(unscaled[left], scale, dtype), targets[left])
        first[left[bad]] = step
        left = left[~bad]
        if not len(left):
            break
    return first


def batch_of(row: int) -> slice:
    """The batch of the training set that holds a digit."""
    return slice(row // BATCH * BATCH, row // BATCH * BATCH + BATCH)


@lru_cache(64)
def updated(view: View, row: int) -> dict[str, tuple[float, Tensor, int]]:
    """Loss, the last layer's weight after one update, and how many rows were bad, by what became of the bad rows.

    "naive": nothing; "where on losses", "where on logits", "removed": as they say; "torch": F.cross_entropy's own mean.
    """
    rows, targets = batch_of(row), torch_says.targets()[batch_of(row)]
    *first, last = cached.network(view.weights, view.seed).layers  # trained anew its last bits may differ
    with torch.no_grad():
        hidden = torch.nn.Sequential(*first)(torch_says.digits().pixels(rows))
    made: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        "naive": lambda x, _: torch_says.of_rows(x, targets, NAIVE).mean(),
        "where on losses": lambda x, bad: torch.where(bad, 0, torch_says.of_rows(x, targets, NAIVE)).mean(),
        "where on logits": lambda x, bad: torch.where(
            bad, 0, torch_says.of_rows(torch.where(bad[:, None], 0, x), targets, NAIVE)
        ).mean(),
        "removed": lambda x, bad: torch_says.of_rows(x[~bad], targets[~bad], NAIVE).mean(),
        "torch": lambda x, _: torch.nn.functional.cross_entropy(x, targets),
    }

    def logits(weight: Tensor) -> Tensor:
        unscaled = hidden @ weight.T + last.bias.detach()
        return (unscaled.double() * view.scale).to(getattr(torch, view.dtype))

    x = logits(last.weight.detach()).requires_grad_()
    (back,) = torch.autograd.grad(made["naive"](x, x), x)
    bad = ~back.isfinite().all(-1)
    found = {}
    for name, loss_of in made.items():
        weight = last.weight.detach().clone().requires_grad_()
        loss = loss_of(logits(weight), bad)
        (slope,) = torch.autograd.grad(loss, weight)
        found[name] = loss.item(), (weight - 0.5 * slope).detach(), int(bad.sum())
    return found
