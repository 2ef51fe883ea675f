"""What Break it says."""

import re

import torch

from core.view import View
from tests.truth import torch_says
from tests.truth.claims import frames, scrubber
from tests.truth.claims.claim import Claim, claim
from tests.truth.claims.own_row import digit_row, own_row
from tests.truth.claims.reasons import bears_out
from tests.truth.torch_says import STEPS


def _lives_on(view: View) -> bool:
    """Whether log-sum-exp with the maximum taken out loses no row whose logits and answer fit the dtype."""
    x, targets = torch_says.logits(view), torch_says.targets()
    right = torch_says.of_rows(x.double(), targets, "log1p_nll")
    fit = x.isfinite().all(-1) & (right <= torch.finfo(x.dtype).max)
    return bool(torch_says.nll(view, "lse_log_softmax")[fit].isfinite().all())


def _heading(view: View) -> str:
    first = int(torch_says.first_steps(view.weights, view.seed, view.dtype).argmin())
    chosen = torch_says.chosen(view)
    return "The first digit to fail as the scale grows" if chosen == first else f"Digit {chosen:,}"


def _lost_between(it: re.Match[str], view: View) -> bool:
    digit, before, at = (float(number.replace(",", "")) for number in it.groups())
    step = torch_says.first_steps(view.weights, view.seed, view.dtype)[int(digit)]
    return digit == torch_says.chosen(view) and (before, at) == (STEPS[step - 1], STEPS[step])


CLAIMS: tuple[Claim, ...] = (
    *scrubber.CLAIMS,
    *frames.CLAIMS,
    claim(
        "the textbook loss dies on the track",
        r"Somewhere on the track the textbook loss becomes inf or nan\.",
        lambda _, view: torch_says.first_steps(view.weights, view.seed, view.dtype).min() < len(STEPS),
    ),
    claim(
        "log-sum-exp lives on where logits and answer fit",
        r"Log-sum-exp with the maximum taken out lives on while logits and answer fit the number format\.",
        lambda _, view: _lives_on(view),
    ),
    claim(
        "whose digit it is",
        r"^# (The first digit to fail as the scale grows|Digit [\d,]+)\n"
        r".*\nDigit ([\d,]+) of the training set, showing (\d)\.$",
        lambda it, view: (
            it[2] == f"{torch_says.chosen(view):,}"
            and it[1] == _heading(view)
            and int(it[3]) == int(torch_says.targets()[torch_says.chosen(view)])
        ),
    ),
    claim(
        "why the digit's loss is what it is",
        r"^At ×\S+ in \w+: (.*)$",
        lambda it, view: bears_out(it[1], digit_row(view, "log_of_softmax")),
    ),
    claim(
        "at which scale the digit is lost",
        r"At which scale is digit ([\d,]+) lost\? .*\n"
        r"By the naive formula its loss is still finite at ×(\S+) and lost at ×(\S+), the next scale",
        _lost_between,
    ),
    claim(
        "the digit's loss by a formula",
        r"(log of softmax \(naive\)|x - logsumexp\(x\)): .*loss = (\S+)$(?=[\s\S]*^# \d+ ways)",
        lambda it, view: (row := digit_row(view, torch_says.LABELS[it[1]])).is_(it[2], row.loss),
    ),
    claim(
        "how many ways to write the loss, and at which scale",
        r"^# (\d+) ways to write the same loss, at ×(\S+)$",
        lambda it, view: it.groups() == (f"{len(torch_says.FORMULAS)}", f"{view.scale:g}"),
    ),
    claim(
        "why the loss of three logits is what it is",
        r"^# Three logits of your own\nlog of softmax \(naive\): (.*)$",
        lambda it, view: bears_out(it[1], own_row(view, "log_of_softmax")),
    ),
)
