"""What the chapter of the LogSumExp trick says."""

import math
import re

import torch
from torch import Tensor

from core.view import View
from tests.truth import torch_says
from tests.truth.claims.claim import Claim, claim
from tests.truth.claims.own_row import own_row
from tests.truth.claims.reasons import same


def _lse(x: Tensor, a: float | None = None) -> float:
    shift = x.max() if a is None else torch.tensor(a, dtype=x.dtype)
    return (shift + (x - shift).exp().sum().log()).item()


def _always_works(_: re.Match[str], view: View) -> bool:
    x = torch_says.logits(view)
    x = x[x.isfinite().all(-1)]
    m = x.amax(-1, keepdim=True)
    return bool((m + (x - m).exp().sum(-1, keepdim=True).log()).isfinite().all())


def _any_within_80(it: re.Match[str], _: View) -> bool:
    x = torch.tensor([1000.0, 1001.0, 1002.0])
    right = torch.tensor([1000.0, 1001.0, 1002.0], dtype=torch.float64).logsumexp(-1).item()
    return (
        it[1] == "any a within 80 of 1002"
        and all(math.isclose(_lse(x, a), right, rel_tol=1e-5) for a in range(922, 1083))
        and not math.isfinite(_lse(x, 0.0))
    )


def _with_the_maximum(it: re.Match[str], view: View) -> bool:
    """The slider stands at the maximum: both are the same."""
    x = own_row(view, "lse_log_softmax").x
    a, result, maximum, best = (float(text) for text in it.groups())
    return a == maximum == x.max().item() and all(
        torch.tensor(value, dtype=x.dtype).item() == _lse(x) for value in (result, best)
    )


def _over_all_shifts(it: re.Match[str], view: View) -> bool:
    x = own_row(view, "lse_log_softmax").x
    low, high, start, end = (float(text) for text in it.groups())
    inside = [_lse(x, low + (high - low) * i / 20) for i in range(1, 20)]
    near = [_lse(x, start + (end - start) * i / 20) for i in range(1, 20)]
    best = _lse(x)
    allowed = max(1e-3, 2 * torch.finfo(x.dtype).eps)
    return (
        all(math.isfinite(value) for value in inside)
        and all(math.isclose(value, best, rel_tol=allowed, abs_tol=1e-5) for value in near)
        and _lse(x, low - (high - low)) == math.inf
        and _lse(x, high + (high - low)) == -math.inf
    )


def _line(it: re.Match[str], view: View) -> bool:
    x = own_row(view, "lse_log_softmax").x
    m = x.max()
    value = {
        "log(sum exp(x))": x.exp().sum().log(),
        "log(exp(a) · sum exp(x - a))": (m.exp() * (x - m).exp().sum()).log(),
        "a + log(sum exp(x - a))": m + (x - m).exp().sum().log(),
    }[it[1]].item()
    return same(torch.tensor(float(it[2]), dtype=x.dtype).item(), value)


_ROWS = {
    "three times 0": (0.0, 0.0, 0.0),
    "every logit -inf": (-math.inf,) * 3,
    "one logit -inf": (0.0, 0.0, -math.inf),
    "one logit +inf": (0.0, 0.0, math.inf),
}


def _by_hand_and_by_torch(it: re.Match[str], view: View) -> bool:
    """A line of the table; and that they differ, but for rounding, where the maximum is infinite and only there."""
    name, by_hand, by_torch = it.groups()
    logits = torch_says.logits(view)
    x = torch.tensor(_ROWS[name], dtype=logits.dtype) if name in _ROWS else logits[torch_says.chosen(view)]
    said = [torch.tensor(float(text), dtype=x.dtype).item() for text in (by_hand, by_torch)]
    exact = (_lse(x), x.logsumexp(-1).item())
    if not all(same(a, b) for a, b in zip(said, exact, strict=True)):
        return False
    apart = not (same(*exact) or math.isclose(*exact, rel_tol=2 * torch.finfo(x.dtype).eps))
    return apart == bool(x.max().isinf())


CLAIMS: tuple[Claim, ...] = (
    claim(
        "the maximum always works for finite logits",
        r"In floating point the maximum always works, as long as the logits are finite\.",
        _always_works,
    ),
    claim(
        "which shifts give the right answer",
        r"it is (any a within 80 of 1002)\. exp\(x - a\) must neither overflow nor vanish\.",
        _any_within_80,
    ),
    claim(
        "log-sum-exp with the maximum taken out",
        r"^With a = (\S+): (\S+)\. With a = max\(x\) = (\S+): (\S+)\. Nothing overflows",
        _with_the_maximum,
    ),
    claim(
        "how many exps are 0",
        r"Nothing overflows; (\d+) of the exps (is|are) 0, too small to matter\.",
        lambda it, view: (
            int(it[1]) == int(((x := own_row(view, "lse_log_softmax").x) - x.max()).exp().eq(0).sum())
            and it[2] == ("is" if it[1] == "1" else "are")
        ),
    ),
    claim(
        "from which shift to which it works",
        r"finite for a from (\S+) to (\S+), \+inf below, -inf above; to a thousandth what the maximum gives"
        r"(?: for \d+ of the \d+ shifts)? from (\S+) to (\S+)\.$",
        _over_all_shifts,
    ),
    claim(
        "each line of the derivation",
        r"^(log\(sum exp\(x\)\)|log\(exp\(a\) · sum exp\(x - a\)\)|a \+ log\(sum exp\(x - a\)\)) \| (\S+)$",
        _line,
    ),
    claim(
        "by hand and by torch",
        r"^(digit [\d,]+ at ×\S+|three times 0|every logit -inf|one logit [+-]inf) \| (\S+) \| (\S+)(?: \| \S+)?$",
        _by_hand_and_by_torch,
    ),
)
