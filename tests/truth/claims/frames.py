"""The table of every formula's loss, and how many digits it lost to which cause."""

import math
import re

import torch
from torch import Tensor

from core.view import View
from tests.truth import torch_says
from tests.truth.claims.claim import Claim, claim
from tests.truth.torch_says import LABELS

_OTHERS = "|".join(map(re.escape, LABELS))


def could_be(cause: str, x: Tensor, targets: Tensor) -> Tensor:
    """Which rows may have failed for a cause: (rows,)."""
    e = x.exp()
    total, own = e.sum(-1), e[torch.arange(len(x)), targets]
    own_logit = x[torch.arange(len(x)), targets]
    return {
        "logit overflows": ~(x < torch.inf).all(-1) | (own_logit == -torch.inf),
        "exp overflows": e.isinf().any(-1),
        "sum overflows": total.isinf() & ~e.isinf().any(-1),
        "target underflows": own == 0,
        "quotient underflows": (own > 0) & (own / total == 0),
        "whole row underflows": total == 0,
        "answer exceeds the dtype": torch_says.of_rows(x.double(), targets, "log1p_nll") > torch.finfo(x.dtype).max,
    }[cause]


def _line_holds(it: re.Match[str], view: View) -> bool:
    label, loss, failed, why = it.groups()
    formula = LABELS[label]
    mean, lost = torch_says.mean(view, formula), torch_says.lost(view, formula)
    if f"{mean:.4f}" != loss and not math.isclose(float(loss), mean, rel_tol=1e-3, abs_tol=1e-4):
        return False
    if failed != f"{lost:,}":
        return False
    if not lost:
        return why == "none failed"
    counts = {cause: int(n.replace(",", "")) for cause, n in re.findall(r"([a-z][a-z ]+): ([\d,]+)", why)}
    rows = ~torch_says.nll(view, formula).isfinite()
    return sum(counts.values()) == lost and all(
        0 < n <= int((rows & could_be(cause, torch_says.logits(view), torch_says.targets())).sum())
        for cause, n in counts.items()
    )


CLAIMS: tuple[Claim, ...] = (
    claim(
        "each formula's loss, and how many digits it lost to what",
        rf"^({_OTHERS}) \| (\S+) \| ([\d,]+) \| ((?:none failed|[a-z ]+: [\d,]+(?:, )?)+)$",
        _line_holds,
    ),
)
