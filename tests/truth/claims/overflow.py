"""What the overflow lab says."""

import re
from functools import cache, lru_cache

import numpy as np
import torch
from torch import Tensor

from core.dtypes import scaled
from core.view import View
from tests.truth import torch_says
from tests.truth.claims import scrubber
from tests.truth.claims.break_it import digit_row
from tests.truth.claims.claim import Claim, claim
from tests.truth.claims.numbers_in_words import COUNT, number
from tests.truth.claims.reasons import bears_out
from tests.truth.torch_says import LABELS, STEPS

CAUSES = (
    "logit overflows",
    "exp overflows",
    "sum overflows",
    "whole row underflows",
    "target underflows",
    "quotient underflows",
    "answer exceeds the dtype",
)
# Digits that the closed form may misjudge in 16 bits: those within two roundings of an end.
_HAIR = 8
_LABEL = "|".join(map(re.escape, LABELS))


def _first_that_failed(x: Tensor, targets: Tensor, formula: str) -> dict[str, int]:
    """How many rows failed at which operation, the first in the order of the formula's own."""
    left = ~torch_says.of_rows(x, targets, formula).isfinite()
    unshifted = formula in ("log_of_softmax", "unshifted_log_softmax")
    own, largest, total = x[torch.arange(len(x)), targets], x.amax(-1), x.exp().sum(-1)
    holds = {
        "logit overflows": (largest == torch.inf) | (own == -torch.inf),
        "exp overflows": unshifted & largest.exp().isinf(),
        "sum overflows": unshifted & total.isinf(),
        "whole row underflows": unshifted & (total == 0),
        "target underflows": (formula == "log_of_softmax") & (own.exp() == 0),
        "quotient underflows": (formula == "log_of_softmax") & torch.ones_like(left),
        "answer exceeds the dtype": torch.ones_like(left),
    }
    found = {}
    for cause, rows in holds.items():
        found[cause] = int((left & rows).sum())
        left = left & ~rows
    return found


@cache
def _most(weights: str, seed: int, dtype: str, formula: str) -> dict[str, int]:
    """Cause -> how many digits fail for it at most, at every so manieth step of the track and at its end."""
    unscaled, targets = torch_says.unscaled(weights, seed), torch_says.targets()
    each = [_first_that_failed(scaled(unscaled, scale, dtype), targets, formula) for scale in STEPS[::25]]
    return {cause: max(it[cause] for it in each) for cause in CAUSES}


def _hair(view: View) -> int:
    return _HAIR if view.dtype in ("float16", "bfloat16") else 0


def _causes(it: re.Match[str], view: View) -> bool:
    most = _most(view.weights, view.seed, view.dtype, LABELS[it[1]])
    told = {cause: number(n) for cause, n in re.findall(rf"([a-z][a-z ]+?) \(up to {COUNT}\)", it[3])}
    here = _first_that_failed(torch_says.logits(view), torch_says.targets(), LABELS[it[1]])
    return it[2] == view.dtype and all(
        told.get(cause, 0) >= max(most[cause], here[cause]) - _hair(view)
        and told.get(cause, 0) <= _could_fail(view, cause) + _hair(view)
        for cause in CAUSES
    )


@cache
def _overflowing(weights: str, seed: int, dtype: str) -> int:
    """How many digits have an infinite logit that no formula survives at the end of the track, where most have."""
    unscaled, targets = torch_says.unscaled(weights, seed), torch_says.targets()
    return _first_that_failed(scaled(unscaled, STEPS[-1], dtype), targets, "torch_cross_entropy")["logit overflows"]


def _could_fail(view: View, cause: str) -> int:
    """How many digits may fail for a cause at most."""
    if cause == "logit overflows":
        return _overflowing(view.weights, view.seed, view.dtype)
    return len(torch_says.targets())


def _by_cause(it: re.Match[str], view: View) -> bool:
    """The table at the view's scale: predicted beside measured."""
    label, scale, dtype, lines = it.groups()
    formula = LABELS[label]
    found = _first_that_failed(torch_says.logits(view), torch_says.targets(), formula)
    found["finite"] = len(torch_says.targets()) - torch_says.lost(view, formula)
    told = {
        cause: (number(a), number(b)) for cause, a, b in re.findall(r"^([a-z ]+) \| ([\d,]+) \| ([\d,]+)$", lines, re.M)
    }
    return (scale, dtype) == (f"{view.scale:g}", view.dtype) and all(
        told.get(cause, (0, 0))[1] == n and abs(told.get(cause, (0, 0))[0] - n) <= _hair(view)
        for cause, n in found.items()
    )


def _disagree(it: re.Match[str], view: View) -> bool:
    """How many are counted apart is at least what the table shows, and no more than a hair's."""
    return 0 < number(it[1]) <= _hair(view)


@lru_cache(64)
def _lost(weights: str, seed: int, dtype: str, formula: str, scale: float) -> np.ndarray:
    """Which digits have no finite loss by a formula at a scale: their rows."""
    x = scaled(torch_says.unscaled(weights, seed), scale, dtype)
    return (~torch_says.of_rows(x, torch_says.targets(), formula).isfinite()).nonzero().flatten().numpy()


def _formula(it: re.Match[str]) -> str:
    """The formula that the page shows: the one its first table names."""
    return LABELS[re.search(rf"^({_LABEL}) at ×", it.string, re.M)[1]]


def _off(view: View) -> float:
    """By how much a scale may be off that leaves out the rounding of what is scaled, and is shown in six digits."""
    return 4 * torch.finfo(getattr(torch, view.dtype)).eps + 1e-5


def _spread(it: re.Match[str], view: View) -> bool:
    """Half of the digits by a scale, so many on the track; and half only where half are."""
    of = view.weights, view.seed, view.dtype, _formula(it)
    lost, digits = len(_lost(*of, STEPS[-1])), len(torch_says.targets())
    if abs(number(it[2] or "no") - lost) > _hair(view):
        return False
    if it[1] is None:
        return 2 * lost <= digits + 1
    before, after = (len(_lost(*of, float(it[1]) * factor)) for factor in (1 - _off(view), 1 + _off(view)))
    return 2 * before <= digits + _hair(view) and 2 * after >= digits - _hair(view)


def _first(it: re.Match[str], view: View) -> bool:
    """At the step that is named digits are lost, at the one before none; and the exact scale is that of its digit."""
    digit, at, told, step = it.groups()
    of = view.weights, view.seed, view.dtype, _formula(it)
    together = _lost(*of, float(step)).tolist()
    fine = float(step) in STEPS and (
        float(step) == STEPS[0] or not len(_lost(*of, STEPS[STEPS.index(float(step)) - 1]))
    )
    row, scale = number(digit), float(at)
    if many := re.match(r"([\d,]+) digits, (that one|digit ([\d,]+)) among them,", told):
        named = row if many[2] == "that one" else number(many[3])
        who = number(many[1]) == len(together) > 1 and named in together
    else:
        who = [number(told.removeprefix("digit "))] == together
    exact = row not in _lost(*of, scale * (1 - _off(view))) and row in _lost(*of, scale * (1 + _off(view)))
    return fine and who and exact


def _ends(it: re.Match[str], view: View) -> bool:
    """T and L0 part the exps that are finite, and not 0, from the others."""
    dtype = getattr(torch, view.dtype)
    top, bottom = float(it[1]), float(it[2])
    off = 2 * torch.finfo(dtype).eps + 1e-5  # of which the six digits shown may be short
    exps = [
        torch.tensor(value, dtype=dtype).exp().item()
        for value in (top * (1 - off), top * (1 + off), bottom * (1 - off), bottom * (1 + off))
    ]
    return np.isfinite(exps[0]) and np.isinf(exps[1]) and exps[2] > 0 and exps[3] == 0


def _limits(it: re.Match[str], _: View) -> bool:
    """A line of the exact limits."""
    dtype, largest, smallest, last, first, nonzero = it.groups()
    info = torch.finfo(getattr(torch, dtype))
    x = torch.tensor([float(last), float(first), float(nonzero)], dtype=torch.float64).to(
        info_dtype := getattr(torch, dtype)
    )
    e = x.exp()
    just = torch.nextafter(x[0], torch.tensor(torch.inf, dtype=info_dtype)) == x[1]
    below = torch.nextafter(x[2], torch.tensor(-torch.inf, dtype=info_dtype)).exp() == 0
    return (
        largest == f"{info.max:.5g}"
        and smallest == f"{info.smallest_normal * info.eps:.3g}"
        and bool(e[0].isfinite() & e[1].isinf() & just & (e[2] > 0) & below)
    )


CLAIMS: tuple[Claim, ...] = (
    *scrubber.CLAIMS,
    claim(
        "how many digits each cause costs at most",
        rf"^({_LABEL}) in (\w+), as the closed form has it(: .+|, loses no digit on the track)\.$",
        _causes,
    ),
    claim(
        "how many digits each cause costs here, predicted and measured",
        rf"^({_LABEL}) at ×(\S+) in (\w+): digits by cause\n.*\n((?:[a-z ]+ \| [\d,]+ \| [\d,]+\n)+)",
        _by_cause,
    ),
    claim(
        "that closed form and torch agree",
        r"^They agree on every one of the ([\d,]+) digits\.$",
        lambda it, _: (
            number(it[1]) == len(torch_says.targets())
            and all(a == b for a, b in re.findall(r"^[a-z ]+ \| ([\d,]+) \| ([\d,]+)$", it.string, re.M))
        ),
    ),
    claim("on how many digits they disagree", r"^They disagree on ([\d,]+) digits? of [\d,]+\.", _disagree, rare=True),
    claim(
        "how many digits are lost on the track",
        rf"^As the closed form has it, (?:half of the digits are lost by ×([\d.]+), and )?{COUNT} (?:is|are) lost on "
        r"the track\.$",
        _spread,
    ),
    claim(
        "which digit goes first",
        r"^Predicted: digit ([\d,]+) is the first to go, at ×([\d.]+)\. Measured at the steps of the track: torch "
        r"loses (.+) first, on the step to ×([\d.]+)\.$",
        _first,
    ),
    claim(
        "why the digit's loss by each formula is what it is",
        r"^(log of softmax \(naive\)|unshifted log-sum-exp|x - logsumexp\(x\)): (?!sum = |m = )(.*\.)$",
        lambda it, view: bears_out(it[2], digit_row(view, LABELS[it[1]])),
    ),
    claim("the ends of the dtype", r"\$T\$ = (\S+) and \$L_0\$ = (\S+): the naive loss dies", _ends),
    claim(
        "the exact limits",
        r"^(b?float\d\d) \| (\S+) \| (\S+) \| (\S+) \| (\S+) \| (\S+) \| \S+ \| \S+$",
        _limits,
    ),
)
