"""What the chapter of the quotient says."""

import math
import re
from collections import Counter
from functools import cache

import torch

from core.dtypes import Dtype
from core.model import Weights
from core.view import View
from tests.truth import torch_says
from tests.truth.claims.claim import Claim, claim
from tests.truth.claims.frames import could_be
from tests.truth.claims.numbers_in_words import COUNT, number
from tests.truth.claims.reasons import Row, bears_out
from tests.truth.torch_says import LABELS, STEPS

_PAIR = ("log_of_softmax", "unshifted_log_softmax")
_NUMBER = r"(-?[\d.]+(?:e-?\d+)?)"
_ROW = re.compile(rf"^\d( target)? \| {_NUMBER} \|", re.MULTILINE)


def _row(table: str, view: View, formula: str) -> Row:
    """The row that a table of steps walks: its second column, the target marked."""
    lines = list(_ROW.finditer(table))
    x = torch.tensor([float(line[2]) for line in lines], dtype=torch_says.logits(view).dtype)
    return Row(x, next(i for i, line in enumerate(lines) if line[1]), formula)


def _repairs(it: re.Match[str], view: View) -> bool:
    sentence, table = it.groups()
    naive, difference = (_row(table, view, name) for name in _PAIR)
    close = math.isclose(difference.loss, difference.right(), rel_tol=0.02)
    return bears_out(sentence, naive) and naive.loss == math.inf and close


def _does_not_repair(it: re.Match[str], view: View) -> bool:
    sentence, right, table = it.groups()
    row = _row(table, view, _PAIR[1])
    return bears_out(sentence, row) and row.loss == math.inf and math.isclose(float(right), row.right(), rel_tol=0.02)


def _quietly_worse(it: re.Match[str], view: View) -> bool:
    logits, exps, too_small, loss, verdict, naive, right = it.groups()
    dtype = torch_says.logits(view).dtype
    exact = [float(text) for text in re.split(", | and ", logits)]
    x = torch.tensor(exact, dtype=dtype)
    rows = [Row(x, 0, name) for name in _PAIR]
    said = [float(text) for text in re.split(", | and ", exps)]
    lse = rows[0].right() + exact[0]
    return (
        x.tolist() == exact
        and all(math.isclose(a, b, rel_tol=0.02) for a, b in zip(said, x.exp().tolist(), strict=True))
        and 0 < x.exp()[0] < torch.finfo(dtype).smallest_normal
        and math.isclose(float(too_small), math.exp(lse - math.log(x.exp().sum().item())), rel_tol=0.01)
        and math.isclose(float(loss), rows[1].loss, rel_tol=1e-3)
        and math.isclose(float(naive), rows[0].loss, rel_tol=1e-3)
        and math.isclose(float(right), rows[0].right(), rel_tol=0.01)
        and rows[1].loss < rows[1].right() / 2
        and {
            "although a loss cannot be negative": rows[1].loss < 0,
            "as if nothing were left to learn": not rows[1].loss,
        }[verdict]
    )


_CAUSES = (
    "logit overflows",
    "exp overflows",
    "sum overflows",
    "whole row underflows",
    "target underflows",
    "quotient underflows",
    "answer exceeds the dtype",
)


@cache
def _most_lost(dtype: Dtype, weights: Weights, seed: int, formula: str) -> dict[str, int]:
    """For each cause the largest count at any step, a row's being the first of _CAUSES that its own numbers show."""
    most: Counter[str] = Counter()
    for scale in STEPS:
        x, targets = torch_says.scaled(torch_says.unscaled(weights, seed), scale, dtype), torch_says.targets()
        left = ~torch_says.of_rows(x, targets, formula).isfinite()
        x, targets = x[left], targets[left]
        for cause in _CAUSES if len(x) else ():
            rows = could_be(cause, x, targets)
            most[cause] = max(most[cause], int(rows.sum()))
            x, targets = x[~rows], targets[~rows]
    return {cause: n for cause, n in most.items() if n}


def _over_the_track(it: re.Match[str], view: View) -> bool:
    said = {cause: number(n) for cause, n in re.findall(rf"([a-z][a-z ]+) \(up to {COUNT}\)", it[2])}
    return said == _most_lost(view.dtype, view.weights, view.seed, LABELS[it[1]])


def _at_the_scale(it: re.Match[str], view: View) -> bool:
    lost = [torch_says.lost(view, name) for name in _PAIR]
    return [number(n) for n in it.groups()] == lost


def _further_on(_: re.Match[str], view: View) -> bool:
    """Whether the difference has lost nothing, and loses its first digits to their sums."""
    first = torch_says.first_lost(view.weights, view.seed, view.dtype, _PAIR[1])
    x = torch_says.scaled(torch_says.unscaled(view.weights, view.seed), first, view.dtype)
    lost = ~torch_says.of_rows(x, torch_says.targets(), _PAIR[1]).isfinite()
    return not torch_says.lost(view, _PAIR[1]) and bool(x[lost].exp().sum(-1).isinf().all())


def _first_lost(it: re.Match[str], view: View) -> bool:
    naive, difference = (torch_says.first_lost(view.weights, view.seed, view.dtype, name) for name in _PAIR)
    answer = it[1] or "log of softmax"  # the one that the reader of the page chose
    right = {"log of softmax": naive < difference, "x - log(sum)": naive > difference}
    return right.get(answer, naive == difference) and it.groups()[1:] == (
        f"{naive:g}",
        f"{difference:g}",
        view.weights,
        view.dtype,
    )


CLAIMS: tuple[Claim, ...] = (
    claim(
        "which formula loses its first digit earlier",
        r"(?:Right\.|Look again: it is (.+?)\.) log of softmax at ×(\S+), the difference at ×(\S+), with "
        r"(\w+) weights in (\w+)\.",
        _first_lost,
    ),
    claim(
        "what the difference repairs",
        r"^The target's underflow: its share is too small for \w+, the log of its share is not\. (.*)\n((?:.*\|.*\n)+)",
        _repairs,
    ),
    claim(
        "what the difference does not repair",
        r"^The overflow of the sum\. (.*) The right loss is (\S+) \(F\.cross_entropy\)\.\n((?:.*\|.*\n)+)",
        _does_not_repair,
    ),
    claim(
        "where the difference is quietly worse",
        r"^Logits (.+?), target the first\. .*come out as (.+?)\. On paper their sum is (\S+) times as large, and the "
        r"loss pays for it: by x - log\(sum\) it is (\S+), ([a-z ]+)\. "
        r"The naive formula says (\S+), the right loss is (\S+) ",
        _quietly_worse,
    ),
    claim(
        "how many digits a formula loses to what, over the track",
        r"^(log of softmax \(naive\)|unshifted log-sum-exp): (.*) on the way from ×0\.1 to ×10,000\.$",
        _over_the_track,
        slow=True,
    ),
    claim(
        "neither has lost a digit",
        r"^At ×\S+ neither has lost a digit: the pictures show from where on they do\.",
        lambda _, view: not any(torch_says.lost(view, name) for name in _PAIR),
    ),
    claim(
        "how many digits both have lost",
        rf"^At ×\S+ log of softmax has lost {COUNT}, the difference {COUNT}\.",
        _at_the_scale,
    ),
    claim(
        "what the difference loses further on",
        r"What the difference loses further on, it loses to a sum that overflows",
        _further_on,
        rare=True,
    ),
    claim(
        "how many digits the next page's formula has lost",
        rf"The formula of the next page, whose sum cannot overflow, has lost {COUNT}\.",
        lambda it, view: number(it[1]) == torch_says.lost(view, "lse_log_softmax"),
    ),
)
