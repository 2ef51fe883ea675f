"""Every formula on the same logits, with what they share computed once: the bits of each alone, in less time.

The exponentials and their sums are common to several formulas, and a loss needs its target's share alone, not that
of every class. Nothing else is different: each number is made by the same torch operation from the same numbers.
`tests/unit/core/test_together.py` compares every loss with its formula in `core.losses`.
"""

from collections.abc import Callable, Iterable
from functools import cached_property

import torch
import torch.nn.functional as F
from torch import Tensor

from core.dtypes import dtype_name, limits
from core.losses import checked_targets
from core.outcomes import Facts, overflown


class Together:
    """Some rows of logits, (rows, classes), with their targets, (rows,), and what the formulas make of them.

    Every tensor here is (rows,) and in the dtype of the logits, unless it says otherwise.
    Raises: as `checked_targets`
    """

    def __init__(self, logits: Tensor, targets: Tensor) -> None:
        self.logits, self.targets = checked_targets(logits, targets)
        self.ends = limits(dtype_name(logits.dtype))

    def losses(self, formulas: Iterable[str]) -> dict[str, Tensor]:
        """The loss of each row by each formula, a name of `core.losses.FORMULAS`."""
        return {name: _LOSSES[name](self) for name in formulas}

    @cached_property
    def facts(self) -> Facts:
        """What decides why a row fails."""
        lost = overflown(self.largest, self.target_logit)
        return Facts(lost, self.largest, self.total, self.shifted_total, self.target_exp)

    @cached_property
    def largest(self) -> Tensor:
        return self.logits.amax(-1)

    @cached_property
    def target_logit(self) -> Tensor:
        return self.of_target(self.logits)

    @cached_property
    def target_exp(self) -> Tensor:
        return self.target_logit.exp()

    @cached_property
    def total(self) -> Tensor:
        """The sum of the exponentials. Where one is inf the sum is, and the others, slow to compute, do not matter."""
        bounded = self.largest < self.ends.first_inf_exp
        if bounded.all():
            return self.logits.exp().sum(-1)
        total = torch.full_like(self.largest, torch.inf)
        total[bounded] = self.logits[bounded].exp().sum(-1)
        return torch.where(self.largest.isnan(), torch.nan, total)

    @cached_property
    def shifted_exp(self) -> Tensor:
        """The exponentials with the maximum taken out: (rows, classes)."""
        return _exp_up_to_0(self.logits - self.largest[:, None], self.ends.last_nonzero_exp)

    @cached_property
    def shifted_total(self) -> Tensor:
        return self.shifted_exp.sum(-1)

    @cached_property
    def torch_log_probs(self) -> Tensor:
        return self.of_target(F.log_softmax(self.logits, dim=-1))

    def of_target(self, values: Tensor) -> Tensor:
        """The target's entry of each row of (rows, classes)."""
        return values.gather(-1, self.targets[:, None]).squeeze(-1)


def _exp_up_to_0(x: Tensor, last_nonzero: float) -> Tensor:
    """exp of numbers that are 0 or less. One that rounds to 0 costs fifty times as much as another, so none is asked.

    What is below the last x with an exp above 0 stands in as 1 for the call, whose exp no other x here has, and becomes
    0 afterwards.
    """
    if x.amin() >= last_nonzero:
        return x.exp()
    stand_in = F.threshold(x, _below(last_nonzero, x.dtype), 1.0).exp_()
    return F.threshold(stand_in.neg_(), -1.5, 0.0).neg_()


def _below(value: float, dtype: torch.dtype) -> float:
    """The next number of the dtype towards -inf."""
    return torch.tensor(value, dtype=dtype).nextafter(torch.tensor(-torch.inf, dtype=dtype)).item()


def _log1p(it: Together) -> Tensor:
    """log1p(sum over all but the largest of exp(x_j - m)) + (m - x_t)."""
    largest = it.logits.max(-1, keepdim=True)[1]
    others = it.shifted_exp.scatter(-1, largest, 0).sum(-1)
    return (it.largest - it.target_logit) + others.log1p()


_LOSSES: dict[str, Callable[[Together], Tensor]] = {
    "log_of_softmax": lambda it: -(it.target_exp / it.total).log(),
    "unshifted_log_softmax": lambda it: -(it.target_logit - it.total.log()),
    "lse_log_softmax": lambda it: -(it.target_logit - (it.largest + it.shifted_total.log())),
    "shifted_log_softmax": lambda it: -((it.target_logit - it.largest) - it.shifted_total.log()),
    "torch_log_softmax": lambda it: -it.torch_log_probs,
    "log1p_nll": _log1p,
    "torch_cross_entropy": lambda it: -it.torch_log_probs,
}
