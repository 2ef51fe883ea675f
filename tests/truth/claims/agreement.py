"""What the chapter of the agreement says."""

import math
import re

import torch

from core.view import View
from tests.truth import torch_says
from tests.truth.claims import frames
from tests.truth.claims.claim import Claim, claim
from tests.truth.claims.reasons import same
from tests.truth.torch_says import FORMULAS, LABELS

_PAIRS = math.comb(len(FORMULAS), 2)
_OTHERS = "|".join(map(re.escape, LABELS))
_CROSS_ENTROPY = "torch_cross_entropy"


def _own_mean(view: View) -> float:
    return torch.nn.functional.cross_entropy(torch_says.logits(view), torch_says.targets()).item()


def _losses(view: View) -> torch.Tensor:
    return torch_says.nll(view, _CROSS_ENTROPY)


def _predicted(it: re.Match[str], view: View) -> bool:
    answer, passing, pairs = it.groups()
    agree = torch_says.pairs_agreeing(view)
    right = "all of them" if agree == _PAIRS else "some of them" if agree else "none"
    return (answer or "all of them", passing, pairs) == (right, f"{agree}", f"{_PAIRS}")


def _pairs(it: re.Match[str], view: View) -> bool:
    return it.groups() == (f"{torch_says.pairs_agreeing(view)}", f"{_PAIRS}", f"{view.scale:g}", view.dtype)


def _cells(it: re.Match[str], view: View) -> bool:
    """A line of the table of pairs: a mark and the largest difference, for each of the others."""
    own = torch_says.nll(view, LABELS[it[1]])
    for cell, name in zip(it[2].split(" | "), FORMULAS, strict=True):
        if name == LABELS[it[1]]:
            if cell != "·":
                return False
            continue
        other = torch_says.nll(view, name)
        mark, apart = cell.split()
        difference = (own.double() - other.double()).abs().max().item()
        if mark != "✗✓"[torch.allclose(own, other, rtol=1e-3, atol=1e-5)] or not (
            same(float(apart), difference) or math.isclose(float(apart), difference, rel_tol=0.1, abs_tol=1e-15)
        ):
            return False
    return True


def _agree_but_for_rounding(it: re.Match[str], view: View) -> bool:
    losses, own = _losses(view), _own_mean(view)
    mean = losses.double().mean().item()
    gap = torch.finfo(losses.dtype).eps * 2.0 ** math.floor(math.log2(mean))
    off = abs(own - mean) / gap
    few = off <= 1.01 if it[1] is None else math.isclose(float(it[1]), off, rel_tol=0.06) and off > 0.99
    return (
        bool(losses.isfinite().all())
        and math.isfinite(own)
        and few
        and math.isclose(own, losses.mean().item(), rel_tol=16 * torch.finfo(losses.dtype).eps)
        and math.isclose(float(it[2]), 65504 / len(losses), rel_tol=0.01)
        and math.isclose(float(it[3]), mean, rel_tol=0.01)
    )


def _inf_though_no_loss_is(it: re.Match[str], view: View) -> bool:
    losses = _losses(view)
    return (
        bool(losses.isfinite().all())
        and math.isclose(float(it[1]), losses.max().item(), rel_tol=1e-3)
        and it[2] == f"{_own_mean(view)}"
        and not math.isfinite(_own_mean(view))
        and it[3] == view.dtype
        and math.isfinite(losses.mean().item())
    )


def _lost_already(it: re.Match[str], view: View) -> bool:
    losses = _losses(view)
    counts = {name: int(text.replace(",", "")) for text, name in re.findall(r"([\d,]+) (?:is|are) (nan|inf)", it[1])}
    finite = losses[losses.isfinite()]
    means = (_own_mean(view), losses.mean().item(), losses.double().mean().item())
    return (
        counts == {k: n for k, n in (("nan", int(losses.isnan().sum())), ("inf", int(losses.isinf().sum()))) if n}
        and (it[2] is None) == (not len(finite))
        and (it[2] is None or math.isclose(float(it[2]), finite.max().item(), rel_tol=1e-3))
        and all(str(mean) == it[3] == it[4] for mean in means)
    )


def _judged(it: re.Match[str], _: View) -> bool:
    """A line of the table of rows that break some: marks, numbers, and what they come to."""
    cells = it[2].split(" | ")
    wrong = [float(cell[2:]) for cell in cells if cell.startswith("✗")]
    dies, lies = any(not math.isfinite(loss) for loss in wrong), any(math.isfinite(loss) for loss in wrong)
    words = ", or ".join(filter(None, ("inf or nan" if dies else "", "finite and wrong" if lies else "")))
    return it[3] == (words or "right on all")


CLAIMS: tuple[Claim, ...] = (
    *frames.CLAIMS,
    claim(
        "how many pairs agree, predicted",
        r"(?:Right\.|it is (all of them|some of them|none)\.) (\d+) of (\d+) agrees?\.",
        _predicted,
    ),
    claim("how many pairs agree", r"^(\d+) of (\d+) pairs agrees? at ×(\S+) in (\w+)\.$", _pairs),
    claim("how far each pair is apart", rf"^({_OTHERS}) \| ((?:[✓✗] \S+ \| |· \| )*(?:[✓✗] \S+|·))$", _cells),
    claim(
        "where no loss is nan or inf and the means agree",
        r"^Here they agree but for rounding(?:: the built-in mean is off by (\S+) gaps of \w+)?\. "
        r".* the mean of [\d,]+ losses may not pass (\S+); here it is (\S+)\.$",
        _agree_but_for_rounding,
    ),
    claim(
        "where the built-in mean alone is inf",
        r"^No single loss is larger than (\S+), and still the built-in mean is (\S+): .* holds its sum in (\w+), ",
        _inf_though_no_loss_is,
        rare=True,
    ),
    claim(
        "where some losses are nan or inf",
        r"^Of the [\d,]+ losses ((?:[\d,]+ (?:is|are) (?:nan|inf)(?: and )?)+)"
        r"(?:; the largest of the others is (\S+))?\. One (nan|inf) among them makes the mean (nan|inf), "
        r"however it is taken\.$",
        _lost_already,
    ),
    claim(
        "which formulas are right on hard rows",
        rf"^({_OTHERS}) \| ((?:[✓✗] \S+ \| )+)(right on all|[a-z ,]+)$",
        lambda it, view: _judged(re.match(r"(.*?) \| (.*) \| ([^|]*)$", it[0]), view),
    ),
)
