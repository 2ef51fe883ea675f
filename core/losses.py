"""Cross-entropy as the notebook derives it, each step under its own name, beside PyTorch's.

Every `*_log_softmax` takes logits `(..., classes)` and returns log-probabilities of the same shape and
dtype. Nothing is upcast here (torch's own kernels may accumulate wider): what the dtype does to the formula is
the subject. Non-finite results are results.

Source: fast.ai "03_minibatch_training"; Blanchard, Higham & Higham 2021, doi:10.1093/imanum/draa038.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


def log_of_softmax(logits: Tensor) -> Tensor:
    """Softmax, then its log: the textbook formula.

    Shape:  (..., classes), classes >= 1 -> the same
    Dtype:  floating in, the same out
    Finite: the target's entry, as long as no exp and no sum overflows, and neither its exp nor its quotient underflows
    Edges:  nan for inf / inf and 0 / 0; -inf for log 0
    Raises: TypeError if not floating, ValueError if there are no classes
    Source: notebook, first `log_softmax`
    """
    x = checked_logits(logits)
    return (x.exp() / x.exp().sum(-1, keepdim=True)).log()


def unshifted_log_softmax(logits: Tensor) -> Tensor:
    """The log of the quotient as a difference: no share is formed that could underflow; the sum can still overflow.

    Shape:  (..., classes), classes >= 1 -> the same
    Dtype:  floating in, the same out
    Finite: while the sum of the exponentials is neither inf nor 0
    Edges:  -inf where the sum is inf (nan for a +inf logit); +inf where the sum is 0, so the loss becomes -inf
    Raises: TypeError if not floating, ValueError if there are no classes
    Source: notebook, second `log_softmax`, by log(a / b) = log a - log b
    """
    x = checked_logits(logits)
    return x - x.exp().sum(-1, keepdim=True).log()


def logsumexp(logits: Tensor) -> Tensor:
    """Log of the summed exponentials over the last axis, the maximum taken out first.

    Shape:  (..., classes), classes >= 1 -> (...)
    Dtype:  floating in, the same out
    Finite: for finite logits, unless the answer itself exceeds the dtype
    Edges:  all -inf, or any +inf -> nan (inf - inf); torch.logsumexp guards against both
    Raises: TypeError if not floating, ValueError if there are no classes
    Source: notebook, "LogSumExp trick"; Blanchard, Higham & Higham 2021
    """
    x = checked_logits(logits)
    m = x.max(-1)[0]
    return m + (x - m[..., None]).exp().sum(-1).log()


def shifted_logsumexp(logits: Tensor, shift: float) -> Tensor:
    """Log-sum-exp with any shift in place of the maximum: a + log(sum of exp(x - a)).

    Shape:  (..., classes), classes >= 1 -> (...)
    Dtype:  floating in, the same out; the shift is rounded to it first
    Finite: while no exp(x - a) or their sum overflows, and not all of them underflow
    Edges:  a far below the logits -> inf; far above -> -inf
    Raises: TypeError if not floating, ValueError if there are no classes
    Source: notebook, "LogSumExp trick": log(sum of exp(x)) = a + log(sum of exp(x - a)) for any a
    """
    x = checked_logits(logits)
    a = torch.tensor(shift, dtype=x.dtype)
    return a + (x - a).exp().sum(-1).log()


def lse_log_softmax(logits: Tensor) -> Tensor:
    """Logits minus the hand-written `logsumexp`: the notebook's last version.

    Shape:  (..., classes), classes >= 1 -> the same
    Dtype:  floating in, the same out
    Finite: for finite logits, unless the answer itself exceeds the dtype
    Edges:  as `logsumexp`; its subtraction cancels where one logit dominates, so small losses lose digits
    Raises: TypeError if not floating, ValueError if there are no classes
    Source: notebook, third `log_softmax`
    """
    x = checked_logits(logits)
    return x - logsumexp(x).unsqueeze(-1)


def shifted_log_softmax(logits: Tensor) -> Tensor:
    """The maximum taken out of the logits first, so that nothing large is ever added back.

    Shape:  (..., classes), classes >= 1 -> the same
    Dtype:  floating in, the same out
    Finite: for finite logits, unless the answer itself exceeds the dtype
    Edges:  all -inf, or any +inf -> nan (inf - inf)
    Raises: TypeError if not floating, ValueError if there are no classes
    Source: Blanchard, Higham & Higham 2021, algorithm 3.2 with the shift applied to the output too
    """
    x = checked_logits(logits)
    z = x - x.max(-1, keepdim=True)[0]
    return z - z.exp().sum(-1, keepdim=True).log()


def torch_log_softmax(logits: Tensor) -> Tensor:
    """PyTorch's own `F.log_softmax` over the last axis.

    Shape:  (..., classes), classes >= 1 -> the same
    Dtype:  floating in, the same out
    Finite: for finite logits, unless the answer itself exceeds the dtype
    Edges:  all -inf -> nan
    Raises: TypeError if not floating, ValueError if there are no classes
    Source: torch.nn.functional.log_softmax
    """
    return F.log_softmax(checked_logits(logits), dim=-1)


def log1p_nll(logits: Tensor, targets: Tensor) -> Tensor:
    """The loss of each row without cancellation: (m - x_t) + log1p(sum over j != argmax of exp(x_j - m)).

    Shape:  (rows, classes), (rows,) -> (rows,)
    Dtype:  floating in, the same out
    Finite: for finite logits, unless the answer itself exceeds the dtype
    Edges:  all -inf -> nan (inf - inf); a +inf logit -> nan for its own class, inf for any other target
    Raises: as `checked_targets`
    Source: Blanchard, Higham & Higham 2021, section 3 (the log1p variant)
    """
    x, targets = checked_targets(logits, targets)
    m, largest = x.max(-1, keepdim=True)
    others = (x - m).exp().scatter(-1, largest, 0).sum(-1)
    target_logit = x[torch.arange(len(targets)), targets]
    return (m.squeeze(-1) - target_logit) + others.log1p()


def torch_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """PyTorch's own `F.cross_entropy`, one loss per row.

    Shape:  (rows, classes), (rows,) -> (rows,)
    Dtype:  floating in, the same out
    Finite: for finite logits, unless the answer itself exceeds the dtype
    Edges:  all -inf -> nan
    Raises: as `checked_targets`; so an ignored target of -100 is refused here
    Source: torch.nn.functional.cross_entropy with reduction="none"
    """
    x, targets = checked_targets(logits, targets)
    return F.cross_entropy(x, targets, reduction="none")


def nll_per_sample(log_probs: Tensor, targets: Tensor) -> Tensor:
    """Minus each row's log-probability of its target, by integer array indexing.

    Shape:  (rows, classes), (rows,) -> (rows,)
    Dtype:  floating in, the same out
    Raises: as `checked_targets`; plain indexing would take a target of -1 for the last class without a word
    Source: notebook, `sm_pred[[0, 1, 2], [5, 0, 4]]`; NumPy manual, "Integer array indexing"
    """
    log_probs, targets = checked_targets(log_probs, targets)
    return -log_probs[torch.arange(len(targets)), targets]


def nll(log_probs: Tensor, targets: Tensor) -> Tensor:
    """The mean of `nll_per_sample`, taken in the dtype given: nan for no rows.

    Shape:  (rows, classes), (rows,) -> ()
    Source: notebook, `nll(input, target)`
    """
    return nll_per_sample(log_probs, targets).mean()


def near(a: Tensor, b: Tensor) -> bool:
    """Whether two results agree as the notebook demands: rtol 1e-3, atol 1e-5, nan near nothing."""
    return torch.allclose(a, b, rtol=1e-3, atol=1e-5)


def test_near(a: Tensor, b: Tensor) -> None:
    """The notebook's check. Raises AssertionError with the largest difference where `near` says no."""
    assert near(a, b), f"differ by up to {(a - b).abs().max().item():.3g}"


vars(test_near)["__test__"] = False  # a check to call, not a test for pytest to collect


def checked_logits(logits: Tensor) -> Tensor:
    """The logits themselves. Raises TypeError if not a floating tensor, ValueError if there are no classes."""
    if not isinstance(logits, Tensor):
        raise TypeError(f"logits must be a torch.Tensor, not {type(logits).__name__}")
    if not logits.is_floating_point():
        raise TypeError(f"logits must be floating point, not {logits.dtype}: convert them with .float() first")
    if logits.ndim == 0 or logits.shape[-1] == 0:
        raise ValueError(f"logits of shape {tuple(logits.shape)} have no classes on their last axis")
    return logits


def checked_targets(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Logits (rows, classes) as they came and targets (rows,) as int64.

    Raises: TypeError if targets are not integers; ValueError if shapes do not match; IndexError naming the
    first row whose target is not a class.
    """
    checked_logits(logits)
    if logits.ndim != 2:
        raise ValueError(f"logits must be (rows, classes), not of shape {tuple(logits.shape)}")
    if not isinstance(targets, Tensor) or targets.is_floating_point() or targets.dtype == torch.bool:
        raise TypeError("targets must be a tensor of integers, one class per row")
    rows, classes = logits.shape
    if targets.shape != (rows,):
        raise ValueError(f"targets must have shape ({rows},) like the rows of logits, not {tuple(targets.shape)}")
    targets = targets.long()  # indexing reads uint8 as a mask, and PyTorch's losses take int64 alone
    outside = (targets < 0) | (targets >= classes)
    if outside.any():
        row = int(outside.nonzero()[0])
        raise IndexError(f"targets[{row}] is {targets[row]}, not one of the {classes} classes 0 to {classes - 1}")
    return logits, targets


@dataclass(frozen=True, slots=True)
class Formula:
    """One way to write the loss: its name in the code, on the page, and the loss of each row by it."""

    name: str
    label: str
    per_sample: Callable[[Tensor, Tensor], Tensor]


def _via(log_softmax: Callable[[Tensor], Tensor], label: str) -> Formula:
    return Formula(log_softmax.__name__, label, lambda logits, targets: nll_per_sample(log_softmax(logits), targets))


FORMULAS: dict[str, Formula] = {
    formula.name: formula
    for formula in (
        _via(log_of_softmax, "log of softmax (naive)"),
        _via(unshifted_log_softmax, "unshifted log-sum-exp"),
        _via(lse_log_softmax, "x - logsumexp(x)"),
        _via(shifted_log_softmax, "shifted log-softmax"),
        _via(torch_log_softmax, "F.log_softmax"),
        Formula("log1p_nll", "log1p form", log1p_nll),
        Formula("torch_cross_entropy", "F.cross_entropy", torch_cross_entropy),
    )
}
