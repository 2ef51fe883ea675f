"""What each way to write the loss makes of rows, forward and backward."""

from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from core.gradients import gradients
from core.losses import FORMULAS, nll_per_sample
from core.outcomes import CAUSES, causes

NAIVE, SOFTMAX, OWN = "log_of_softmax", "softmax_then_log", "torch_cross_entropy"

# The formulas, and what people write most: torch's softmax, which takes the maximum out, and then its log.
NAMES = {NAIVE: FORMULAS[NAIVE].label, SOFTMAX: "logits.softmax(-1).log()"} | {
    name: formula.label for name, formula in FORMULAS.items()
}


@dataclass(frozen=True, slots=True, eq=False)
class Fate:
    """What one formula makes of the rows that are judged, each (judged,).

    nll:      float64, the losses in the dtype
    causes:   uint8, index into core.outcomes.CAUSES
    gradient: bool, whether the row's own gradient is finite
    """

    nll: np.ndarray
    causes: np.ndarray
    gradient: np.ndarray

    @property
    def failed(self) -> np.ndarray:
        """Whether the loss is not finite."""
        return self.causes > 0

    @property
    def hidden(self) -> np.ndarray:
        """Whether the gradient is not finite although the loss is."""
        return ~self.gradient & ~self.failed


def fates(x: Tensor, targets: Tensor) -> dict[str, Fate]:
    """Name in NAMES -> what it makes of the rows: x (rows, classes), in the dtype; targets (rows,), each a class."""
    found = {SOFTMAX: _by_softmax(x, targets)}
    for name, formula in FORMULAS.items():
        nll = formula.per_sample(x, targets)
        found[name] = _fate(nll, causes(name, x, targets, nll), gradients(name, x, targets))
    return found


def joined(parts: list[Fate]) -> Fate:
    """The fates of some rows and of those after them."""
    return Fate(*(np.concatenate([getattr(it, field.name) for it in parts]) for field in fields(Fate)))


def _by_softmax(logits: Tensor, targets: Tensor) -> Fate:
    with torch.enable_grad():
        x = logits.detach().requires_grad_()
        nll = nll_per_sample(x.softmax(-1).log(), targets)
        (gradient,) = torch.autograd.grad(nll.sum(), x)
    lost = ~nll.detach().isfinite()
    return _fate(nll.detach(), lost * CAUSES.index("quotient underflows"), gradient)


def _fate(nll: Tensor, why: Tensor, gradient: Tensor) -> Fate:
    return Fate(nll.double().numpy(), why.to(torch.uint8).numpy(), gradient.isfinite().all(-1).numpy())
