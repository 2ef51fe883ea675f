"""Why a row's loss is what it is: the sentence that pages say below a row, held against the row's own steps."""

import math
import re
from collections.abc import Callable

import torch
from torch import Tensor

from tests.truth import torch_says


class Row:
    """A row of logits and what a formula makes of it, step by step."""

    def __init__(self, x: Tensor, target: int, formula: str) -> None:
        self.x, self.target, self.formula = x, target, formula
        self.exps, self.total = x.exp(), x.exp().sum(-1)
        self.largest, self.own = x.max().item(), x[target].item()
        self.loss = torch_says.of_rows(x[None], torch.tensor([target]), formula).item()
        self.most = torch.finfo(x.dtype).max

    def is_(self, text: str, value: float) -> bool:
        """Whether a number as pages write it names this value of the row's dtype."""
        return same(torch.tensor(float(text), dtype=self.x.dtype).item(), value)

    def steps(self) -> list[Tensor]:
        """All that the formula computes on its way."""
        x, e, total = self.x, self.exps, self.total
        if self.formula == "log_of_softmax":
            return [x, e, total, e / total, (e / total).log()]
        if self.formula == "unshifted_log_softmax":
            return [x, e, total, total.log(), x - total.log()]
        z = x - x.max()
        lse = x.max() + z.exp().sum().log()
        return [x, z, z.exp(), lse, x - lse]

    def fine(self) -> bool:
        """Whether every step is finite in every class."""
        return all(step.isfinite().all() for step in self.steps())

    def lost_classes(self) -> set[int]:
        """Classes in which some step is not finite."""
        return {j for step in self.steps() if step.ndim for j in range(len(step)) if not step[j].isfinite()}

    def right(self) -> float:
        """The loss computed in float64 from the row as it is."""
        return torch_says.of_rows(self.x.double()[None], torch.tensor([self.target]), "log1p_nll").item()


def same(a: float, b: float) -> bool:
    """Equal, nan to nan."""
    return a == b or (math.isnan(a) and math.isnan(b))


def _smallest(it: re.Match[str], row: Row) -> bool:
    least = torch.finfo(row.x.dtype).smallest_normal * torch.finfo(row.x.dtype).eps
    return math.isclose(float(it[1]), least, rel_tol=0.01)


# What may be said of a row, and when it is true.
_SAID: tuple[tuple[str, Callable[[re.Match[str], Row], bool]], ...] = (
    (r"Every step stays finite: the loss is (\S+)\. Finite", lambda it, row: row.fine() and row.is_(it[1], row.loss)),
    (
        r"On the way only class(?:es)? ([\d, and]+) (?:is|are) not finite, and the target is class (\d+): "
        r"the loss is (\S+)\. ",
        lambda it, row: (
            row.lost_classes() == {int(at) for at in re.findall(r"\d+", it[1])}
            and int(it[2]) == row.target
            and math.isfinite(row.loss)
            and row.is_(it[3], row.loss)
        ),
    ),
    (
        r"exp\((\S+)\) is beyond the largest \w+, (\S+): it is inf, and so is the sum",
        lambda it, row: (
            row.is_(it[1], row.largest) and row.exps.max().isinf() and row.total.isinf() and it[2] == f"{row.most:.5g}"
        ),
    ),
    (
        r"No single exp overflows, but their sum is beyond the largest \w+, \S+: inf",
        lambda _, row: row.exps.isfinite().all() and row.total.isinf(),
    ),
    (
        r"The target's exp\((\S+)\) rounds to 0",
        lambda it, row: row.is_(it[1], row.own) and row.exps[row.target] == 0 and row.total > 0,
    ),
    (r"the smallest \w+ above 0 is (\S+?)\.? ", _smallest),
    (
        r"The target's exp over the sum rounds to 0",
        lambda _, row: row.exps[row.target] > 0 and row.exps[row.target] / row.total == 0,
    ),
    (r"Every exp rounds to 0, and so does the sum", lambda _, row: row.total == 0),
    (r"A logit is beyond the largest \w+, \S+: it is infinite", lambda _, row: not row.x.isfinite().all()),
    (
        r"Every step is right, but the loss itself is beyond the largest",
        lambda _, row: row.x.isfinite().all() and abs(row.right()) > row.most,
    ),
    (
        r"The target's own exp is inf too, and inf / inf is nan",
        lambda _, row: row.exps[row.target].isinf() and math.isnan(row.loss),
    ),
    (
        r"The target's exp is finite; divided by inf it is 0, and -log 0 is inf",
        lambda _, row: row.exps[row.target].isfinite() and row.loss == math.inf,
    ),
    (r"The target's share becomes 0, and -log 0 is inf|And -log 0 is inf", lambda _, row: row.loss == math.inf),
    (r"The share is 0, and -log 0 is inf", lambda _, row: row.loss == math.inf),
    (r"0 / 0 is nan", lambda _, row: math.isnan(row.loss)),
    (r"so the loss is inf", lambda _, row: row.loss == math.inf),
    (r"the loss is -inf", lambda _, row: row.loss == -math.inf),
)


def bears_out(text: str, row: Row) -> bool:
    """Whether all that the sentence says is true of the row, and it says something that can be held against it."""
    found = [(it, holds) for pattern, holds in _SAID if (it := re.search(pattern, text))]
    explained = math.isfinite(row.loss) or not re.search("Every step stays finite|On the way only", text)
    return bool(found) and explained and all(bool(holds(it, row)) for it, holds in found)
