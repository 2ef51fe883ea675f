"""What the chapter of softmax and its log says."""

import math
import re

import torch
from torch import Tensor

from core.view import View
from tests.truth import torch_says
from tests.truth.claims.claim import Claim, claim
from tests.truth.claims.frames import could_be
from tests.truth.claims.own_row import digit_row, own_row
from tests.truth.claims.reasons import Row, bears_out, same
from tests.truth.torch_says import STEPS

_DTYPES = {name: getattr(torch, name) for name in ("float16", "bfloat16", "float32", "float64")}
_DYING = r"-?\d+, -?\d+, -?\d+ \| class \d \| [a-z ]+ \| \S+ \| \S+"


def _exp(x: str | float, dtype: torch.dtype) -> Tensor:
    return torch.tensor(float(x), dtype=dtype).exp()


def _neighbours(low: str, high: str, dtype: torch.dtype) -> bool:
    """Whether the second is the next number of the dtype, as torch steps from one to the other."""
    a, b = (torch.tensor(float(x), dtype=dtype) for x in (low, high))
    return bool(a.nextafter(torch.tensor(math.inf, dtype=dtype)) == b)


def _first_infinite(it: re.Match[str], view: View) -> bool:
    answer, dtype, largest, last, following = it.groups()
    of = _DTYPES[dtype]
    whole = int(answer or 12)
    return (
        dtype == view.dtype
        and bool(_exp(whole, of).isinf() and _exp(whole - 1, of).isfinite())
        and largest == f"{torch.finfo(of).max:.5g}"
        and bool(_exp(last, of).isfinite() and _exp(following, of).isinf())
        and _neighbours(last, following, of)
    )


def _ends(it: re.Match[str], _: View) -> bool:
    dtype, largest, last, first, nonzero = it.groups()
    of = _DTYPES[dtype]
    return (
        largest == f"{torch.finfo(of).max:.5g}"
        and bool(_exp(last, of).isfinite() and _exp(first, of).isinf() and _exp(nonzero, of) > 0)
        and _neighbours(last, first, of)
        and bool(torch.tensor(float(nonzero), dtype=of).nextafter(torch.tensor(-math.inf, dtype=of)).exp() == 0)
    )


def _dying(line: str, view: View) -> tuple[str, str, bool]:
    """The logits of a line of the table, the cause it names, and whether it is true."""
    logits, target, cause, loss, right = re.fullmatch(r"(.*) \| class (\d) \| (.*) \| (\S+) \| (\S+)", line).groups()
    x = torch.tensor([float(value) for value in logits.split(", ")], dtype=_DTYPES[view.dtype])
    row = Row(x, int(target), "log_of_softmax")
    holds = (
        not math.isfinite(row.loss)
        and same(float(loss), row.loss)
        and bool(could_be(cause, x[None], torch.tensor([int(target)])).all())
        and math.isclose(float(right), row.right(), rel_tol=0.02)
    )
    return logits, cause, holds


def _five_ways(it: re.Match[str], view: View) -> bool:
    lines = [_dying(line, view) for line in re.findall(_DYING, it[1])]
    logits, causes, hold = zip(*lines, strict=True)
    return all(hold) and len(logits) == 6 and logits[0] == logits[1] and len(set(logits)) == len(set(causes)) == 5


def _in_short(it: re.Match[str], view: View) -> bool:
    """Rows clearly beyond one of the ends fail, rows clearly within all of them do not."""
    high, low = (float(end) for end in it.groups())
    x, targets = torch_says.logits(view), torch_says.targets()
    fits = x.isfinite().all(-1)
    exact = x[fits].double()
    lse, own = exact.logsumexp(-1), exact[torch.arange(len(exact)), targets[fits]]
    failed = ~torch_says.nll(view, "log_of_softmax")[fits].isfinite()
    slack = 4 * torch.finfo(x.dtype).eps
    top, bottom = high * (1 + slack), low * (1 + slack)
    beyond = (exact.amax(-1) > top) | (lse > top + slack) | (own < bottom) | (own - lse < bottom - 1)
    within = (lse < high * (1 - slack) - slack) & (own > low * (1 - slack)) & (own - lse > low * (1 - slack) + 1)
    return bool(failed[beyond].all()) and not failed[within].any()


def _first_harm(it: re.Match[str], view: View) -> bool:
    what, said = it.groups()
    chosen = torch_says.chosen(view)
    grid = torch.tensor(STEPS, dtype=torch.float64)[:, None]
    e = torch_says.scaled(torch_says.unscaled(view.weights, view.seed)[chosen], grid, view.dtype).exp()
    total, own = e.sum(-1), e[:, int(torch_says.targets()[chosen])]
    at = {
        "some exp(x) is 0": (e == 0).any(-1),
        "some exp(x) is inf": e.isinf().any(-1),
        "the sum is inf": total.isinf(),
        "the sum is 0": total == 0,
        "the target's share is 0": own / total == 0,
        "the target's share is nan": (own / total).isnan(),
        "the loss is not finite": ~(own / total).log().isfinite(),
    }[what]
    return said == next((f"{scale:g}" for scale, harmed in zip(STEPS, at.tolist(), strict=True) if harmed), "never")


def _a_zero_does_no_harm(_: re.Match[str], view: View) -> bool:
    x, targets = torch_says.logits(view), torch_says.targets()
    e = x.exp()
    own, total = e[torch.arange(len(x)), targets], e.sum(-1)
    harmless = (e == 0).any(-1) & (own > 0) & total.isfinite() & (own / total > 0)
    return bool(torch_says.nll(view, "log_of_softmax")[harmless].isfinite().all())


CLAIMS: tuple[Claim, ...] = (
    claim(
        "from which whole number on exp is infinite",
        r"(?:Right\.|it is (\d+)\.) The largest (\w+) is (\S+)\. exp\((\S+)\) is the last that fits; "
        r"the next number there is, (\S+), gives inf\.",
        _first_infinite,
    ),
    claim(
        "where the numbers of the dtype end",
        r"A float format has a largest number and a smallest one above 0\. In (\w+) they are (\S+) and (\S+)\. ",
        lambda it, view: (
            it[1] == view.dtype
            and it[2] == f"{torch.finfo(_DTYPES[it[1]]).max:.5g}"
            and it[3] == f"{torch.finfo(_DTYPES[it[1]]).smallest_normal * torch.finfo(_DTYPES[it[1]]).eps:.3g}"
        ),
    ),
    claim(
        "exp of whole numbers near the end",
        r"near the end of (\w+): exp\((\d+)\) is finite, exp\((\d+)\) is beyond \S+ and becomes inf\.",
        lambda it, _: _exp(it[2], _DTYPES[it[1]]).isfinite() and _exp(it[3], _DTYPES[it[1]]).isinf(),
    ),
    claim(
        "where exp ends in each format",
        r"^(b?float\d\d) \| (\S+) \| (\S+) \| (\S+) \| (-\S+)$",
        _ends,
    ),
    claim(
        "why the loss of three logits is what it is",
        r"^Change a logit .*\n(?:.*\n)?((?:Every step|On the way|exp\(|No single|The target's|A logit).*)$",
        lambda it, view: bears_out(it[1], own_row(view, "log_of_softmax")),
    ),
    claim("five ways to die", rf"Each of these rows fails in \w+.*\n.*\n.*\n((?:{_DYING}\n)+)", _five_ways),
    claim(
        "in short, when the naive formula fails",
        r"once its largest logit passes (\S+) \(or .* minus the log of the sum, falls below (\S+)\. Close",
        _in_short,
    ),
    claim(
        "a real row, and why its loss is what it is",
        r"^# A real row: digit ([\d,]+), at ×(\S+)\n(.*)$",
        lambda it, view: (
            (it[1], it[2]) == (f"{torch_says.chosen(view):,}", f"{view.scale:g}")
            and bears_out(it[3], digit_row(view, "log_of_softmax"))
        ),
    ),
    claim("the first scale of each harm", r"^((?:some exp|the sum|the target's|the loss)[^|]*) \| (\S+)$", _first_harm),
    claim(
        "a zero in some exp does no harm", r"^A zero in some exp does this loss no harm by itself", _a_zero_does_no_harm
    ),
)
