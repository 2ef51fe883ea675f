"""What the chapter of the target's share says."""

import math
import re

import torch
from torch import Tensor

from core.view import View
from tests.truth import torch_says
from tests.truth.claims.claim import Claim, claim
from tests.truth.claims.reasons import same

_SHOWN = 8  # digits that cost most


def _log_probs(view: View) -> Tensor:
    return torch.log_softmax(torch_says.logits(view)[:3], -1)


def _nll(view: View) -> Tensor:
    return torch_says.nll(view, "torch_cross_entropy").double()


def _close(text: str, value: float, digits: int = 3) -> bool:
    return same(float(text), value) or math.isclose(float(text), value, rel_tol=10.0 ** (1 - digits), abs_tol=1e-4)


def _cell(it: re.Match[str], view: View) -> bool:
    """A line of the table: one-hot entry times log-probability for each of three digits."""
    label, log_probs = int(it[1]), _log_probs(view)
    for digit, cell in enumerate(re.findall(r"(\d) × (\S+) = (\S+)", it[2])):
        hot, log_prob, product = cell
        one = float(label == int(torch_says.targets()[digit]))
        exact = log_probs[digit, label].item()
        right = one * exact
        if (float(hot), product) != (one, f"{right + 0:.4g}") and not _close(product, right):
            return False
        if not _close(log_prob, exact):
            return False
    return True


def _picked(it: re.Match[str], view: View) -> bool:
    """What an index picks, beside what the sum of the products gives."""
    log_probs, targets = _log_probs(view), torch_says.targets()[:3]
    picked = -log_probs[torch.arange(3), targets]
    summed = -(torch.nn.functional.one_hot(targets, 10).to(log_probs.dtype) * log_probs).sum(-1)
    apart = sum(not same(a, b) for a, b in zip(picked.tolist(), summed.tolist(), strict=True))
    said = [_close(text, value) for text, value in zip(it[1].split(", "), picked.tolist(), strict=True)]
    words = {0: "the same numbers, bit for bit", 3: "none of what the sum gives"}
    infinite = ~torch_says.logits(view)[:3].isfinite().all(-1)
    return (
        all(said)
        and it[2].startswith(words.get(apart, f"not what the sum gives for {apart} of them"))
        and ("a logit is infinite" in it[2]) == bool(picked.isnan().any())
        and bool((infinite | ~picked.isnan()).all())
    )


def _as_a_mean(it: re.Match[str], view: View) -> bool:
    rows, scale, dtype, of_finite, least, most, median, mean, zero, lost = it.groups()
    nll = _nll(view)
    finite = nll[nll.isfinite()]
    return (
        (rows, scale, dtype) == (f"{len(nll):,}", f"{view.scale:g}", view.dtype)
        and bool(of_finite) == (len(finite) < len(nll))
        and _close(least, finite.min().item())
        and _close(most, finite.max().item())
        and _close(median, finite.quantile(0.5).item())
        and _close(mean, nll.mean().item(), 4)
        and (zero, lost) == (f"{int((nll == 0).sum()):,}", f"{len(nll) - len(finite):,}")
    )


def _among_the_worst(it: re.Match[str], view: View) -> bool:
    row, target, again, loss = int(it[1]), *it.groups()[1:]
    nll = _nll(view)
    return (
        target == again == f"{torch_says.targets()[row]}"
        and _close(loss, nll[row].item(), 2)
        and int((nll > nll[row]).sum()) < _SHOWN
    )


def _by_class(it: re.Match[str], view: View) -> bool:
    label, digits, mean, most = it.groups()
    own = _nll(view)[torch_says.targets() == int(label)]
    numbers = own[~own.isnan()]
    return digits == f"{len(own):,}" and _close(mean, own.mean().item(), 4) and _close(most, numbers.max().item(), 3)


CLAIMS: tuple[Claim, ...] = (
    claim(
        "what the first digits show",
        r"^The first three digits show (\d), (\d), (\d)\.",
        lambda it, _: [int(label) for label in it.groups()] == torch_says.targets()[:3].tolist(),
    ),
    claim("one-hot times log-probability", r"^(\d) \| (\d × \S+ = \S+(?: \| \d × \S+ = \S+){2})$", _cell),
    claim("what an index picks", r"^gives (\S+, \S+, [^:]+): (.*)$", _picked),
    claim(
        "where sum and index part",
        r"With log-probabilities \[0\.0, -inf\] and target 0 the sum is nan, since .* is nan; the index gives 0\.",
        lambda *_: (torch.tensor([1.0, 0.0]) * torch.tensor([0.0, -math.inf])).sum().isnan(),
    ),
    claim(
        "what a target of -1 becomes",
        r"(?:Right\.|it is (the last class)\.) Python's negative index counts from the end",
        lambda it, _: it[1] == "the last class" and torch.arange(10)[torch.tensor(-1)] == 9,
    ),
    claim(
        "the losses as a mean",
        r"^The losses of (\S+) digits at ×(\S+) in (\w+) by F\.cross_entropy: (the finite ones )?from (\S+) to (\S+), "
        r"median (\S+), the mean of all is (\S+); (\S+) (?:is|are) exactly 0, (\S+) (?:is|are) not finite\.",
        _as_a_mean,
    ),
    claim(
        "the largest losses",
        r"^The 8 largest losses\.",
        lambda _, view: int(_nll(view).isposinf().sum()) <= _SHOWN,
    ),
    claim(
        "some of many losses that are inf",
        r"^8 of the (\S+) digits whose loss is inf\.",
        lambda it, view: it[1] == f"{int(_nll(view).isposinf().sum()):,}" and int(_nll(view).isposinf().sum()) > _SHOWN,
    ),
    claim("a digit that costs most", r"^Digit (\d+): a handwritten (\d): a (\d), loss (\S+)$", _among_the_worst),
    claim("what the digits of a class cost", r"^(\d) \| (\d,\d{3}) \| (\S+) \| (\S+)$", _by_class),
    claim(
        "plain indexing takes -1 for the last class",
        r"^plain indexing \| -1 \| (\S+), \S+, \S+$",
        lambda it, view: _close(it[1], -_log_probs(view)[0, -1].item()),
    ),
    claim(
        "PyTorch counts no ignored row",
        r"^F\.nll_loss \| -100 \| (\S+), \S+, \S+$",
        lambda it, _: it[1] == "0",
    ),
)
