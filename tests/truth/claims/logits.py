"""What the chapter of the logits says."""

import re

from core.view import View
from tests.truth import torch_says
from tests.truth.claims.claim import Claim, claim
from tests.truth.claims.numbers_in_words import said

_BOUNDS = {"at most twice": (0, 2), "up to 30 times": (2, 30), "more than 30 times": (30, float("inf"))}


def _most(view: View, weights: str) -> float:
    return torch_says.unscaled(weights, view.seed).max().item()


def _grown(it: re.Match[str], view: View) -> bool:
    answer, digits, most, times = it.groups()
    trained, factor = _most(view, "trained"), _most(view, "trained") / _most(view, "untrained")
    low, high = _BOUNDS[answer or "at most twice"]
    return (
        low < factor <= high
        and digits == f"{len(torch_says.targets()):,}"
        and said(trained, most)
        and times == f"{factor:.0f}"
    )


def _ten(it: re.Match[str], view: View) -> bool:
    chosen = torch_says.chosen(view)
    rows = [torch_says.unscaled(weights, view.seed)[chosen] for weights in ("untrained", "trained")]
    ends = [f"{end:.3g}" for row in rows for end in (row.min(), row.max())]
    return it[1] == f"{chosen:,}" and list(it.groups()[1:]) == ends


def _largest(it: re.Match[str], view: View) -> bool:
    largest = torch_says.unscaled(it[1].lower(), view.seed).amax(-1)
    return said(largest.median().item(), it[2]) and said(largest.max().item(), it[3], 4)


def _layers(it: re.Match[str], view: View) -> bool:
    row = torch_says.unscaled(view.weights, view.seed)[torch_says.chosen(view)]
    ends = [float(text) for text in it.groups()]
    return all(abs(a - b) < 2e-4 for a, b in zip(ends, (row.min().item(), row.max().item()), strict=True))


CLAIMS: tuple[Claim, ...] = (
    claim(
        "how large the largest logit is, untrained",
        r"Untrained, the largest of all logits is (\S+)\. After",
        lambda it, view: said(_most(view, "untrained"), it[1], 2),
    ),
    claim(
        "how far training makes it grow",
        r"(?:Right\.|it is (.+) as large\.) The largest logit of all (\S+) digits is (\S+) then, (\S+) times as",
        _grown,
    ),
    claim(
        "whose digit goes through the layers",
        r"^## Digit (\S+) through the layers",
        lambda it, view: it[1] == f"{torch_says.chosen(view):,}",
    ),
    claim("what the last layer makes of it", r"\| \(1, 10\) \| (\S+) \| (\S+)$", _layers),
    claim(
        "the digit's ten logits",
        r"^Ten logits of digit (\S+): untrained (\S+) to (\S+), trained (\S+) to (\S+)\.",
        _ten,
    ),
    claim(
        "the largest logit of a digit",
        r"(Untrained|Trained): the largest logit of a digit is (\S+) in the median, (\S+) at most\.",
        _largest,
    ),
    claim(
        "training makes logits grow",
        r"^## Why training makes them grow",
        lambda _, view: (
            torch_says.unscaled("trained", view.seed).amax(-1).median()
            > torch_says.unscaled("untrained", view.seed).amax(-1).median()
        ),
    ),
)
