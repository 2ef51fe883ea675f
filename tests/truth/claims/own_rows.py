"""What the accuracy lab says of the row in its box, and of rows made to fail."""

import decimal
import re

import numpy as np
import torch

from core.view import View
from tests.truth import torch_says, ulps_say
from tests.truth.claims.claim import Claim, claim
from tests.truth.claims.numbers_in_words import close
from tests.truth.torch_says import LABELS


def _own_line(it: re.Match[str], view: View) -> bool:
    """100, 0, 0 by a formula, in the view's dtype."""
    x, target = torch.tensor([[100.0, 0, 0]], dtype=getattr(torch, view.dtype)), torch.tensor([0])
    loss = torch_says.of_rows(x, target, LABELS[it[1]]).item()
    named = float(torch.tensor(float(it[2]), dtype=torch.float64).to(x.dtype))
    off = (decimal.Decimal(loss) - _certified()) / decimal.Decimal(ulps_say.gap(float(_certified()), view.dtype))
    same = named == loss or (np.isnan(named) and np.isnan(loss))
    return same and (not np.isfinite(loss) or abs(float(it[3]) - float(off)) <= 0.006 * abs(float(off)))


def _certified() -> decimal.Decimal:
    """log(1 + 2 exp(-100)) by its series, to more digits than shown."""
    with decimal.localcontext(prec=80):
        s = 2 * decimal.Decimal(-100).exp()
        return s - s**2 / 2 + s**3 / 3


def _fifty(it: re.Match[str], _: View) -> bool:
    with decimal.localcontext(prec=50):
        return decimal.Decimal(it[1]) == +_certified()


def _textbook(it: re.Match[str], _: View) -> bool:
    right = f"{_certified():.49e}"
    shown = f"{decimal.Decimal(it[1]):.49e}"
    same = next(i for i, (a, b) in enumerate(zip(right, shown, strict=True)) if a != b) - 1  # without the point
    return int(it[2]) == same


def _computed(it: re.Match[str], view: View) -> bool:
    """A line of the table of rows made to fail: torch's answer, and what is right."""
    what, label, dtype, answer, right = it.groups()
    if (what.endswith("logits of 0") or what.startswith("mean of")) != (dtype == "float16" and what[-1] in "0s"):
        return False
    if what.endswith("logits of 0"):
        n = int(what.split()[0].replace(",", ""))
        found = torch.nn.functional.cross_entropy(torch.zeros(1, n, dtype=torch.float16), torch.tensor([0])).item()
        return answer == f"{found:.5g}" and right == f"{np.log(n):.5g}"
    if what.startswith("mean of"):
        n = int(what.split()[2].replace(",", ""))
        x, targets = torch.tensor([[0.0, 30.0]] * n, dtype=torch.float16), torch.zeros(n, dtype=torch.int64)
        each = torch.nn.functional.cross_entropy(x, targets, reduction="none")
        found = each.mean() if label == "Tensor.mean" else torch.nn.functional.cross_entropy(x, targets)
        return answer == f"{found.item():.5g}" and right == f"{each[0].item():.5g}"
    row = [float(it) for it in what.split(", ")] if ", " in what else [float(what.split()[-1])] * 10
    x, target = torch.tensor([row], dtype=getattr(torch, view.dtype)), torch.tensor([0])
    if x[0].tolist() != row and dtype != "float64":
        return False
    found = torch_says.of_rows(x, target, LABELS[label]).item() + 0.0
    return (
        dtype == view.dtype
        and answer == f"{found:.5g}"
        and close(right, float(torch.logsumexp(x.double() - row[0], -1)))
    )


def _overflows(it: re.Match[str], _: View) -> bool:
    n = int(it[1].replace(",", ""))
    x = torch.zeros(1, n, dtype=torch.float16)
    return bool(
        x.exp().sum().isinf() and torch.nn.functional.cross_entropy(x, torch.tensor([0])).isinf() and np.log(n) < 65504
    )


def _own_mean(it: re.Match[str], _: View) -> bool:
    n = int(it[1].replace(",", ""))
    x, targets = torch.tensor([[0.0, 30.0]] * n, dtype=torch.float16), torch.zeros(n, dtype=torch.int64)
    each = torch.nn.functional.cross_entropy(x, targets, reduction="none")
    own = torch.nn.functional.cross_entropy(x, targets)
    return bool(own.isinf() and each.isfinite().all() and each.mean().isfinite() and each.sum().isinf())


CLAIMS: tuple[Claim, ...] = (
    claim(
        "a row by each formula",
        rf"^({'|'.join(map(re.escape, LABELS))}) \| ([^|\s]+) \| ([^|\s]+)$",
        _own_line,
    ),
    claim("fifty certified digits", r"^The certified loss, 50 digits, all of them right: (\S+)$", _fifty),
    claim(
        "how many digits of the textbook are right",
        r"^The textbook formula in decimal arithmetic of 50 digits says (\S+): only its first (\d+) digits are right\.",
        _textbook,
    ),
    claim("rows made to fail", r"^([^|\n]+) \| ([^|\n]+) \| (b?float\d\d) \| ([^|\n]+) \| ([^|\n]+)$", _computed),
    claim(
        "that F.cross_entropy overflows",
        r"In float16 even F\.cross_entropy overflows: the sum of ([\d,]+) exps does not fit, although its log would\.",
        _overflows,
    ),
    claim(
        "that F.cross_entropy's own mean overflows",
        r"F\.cross_entropy's own mean holds the sum of ([\d,]+) losses in float16; Tensor\.mean adds in float32\.",
        _own_mean,
    ),
)
