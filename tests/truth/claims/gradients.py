"""What the gradient lab says."""

import itertools
import re

import numpy as np
import torch

from core.view import View
from tests.truth import backward_says, torch_says
from tests.truth.backward_says import NAIVE, UNSHIFTED
from tests.truth.claims import one_batch
from tests.truth.claims.claim import Claim, claim
from tests.truth.claims.numbers_in_words import COUNT, number, said
from tests.truth.torch_says import STEPS

NEVER = len(STEPS)


def _steps(view: View) -> tuple[np.ndarray, np.ndarray]:
    """Where on the track each digit loses its gradient, and where its loss."""
    of = view.weights, view.seed, view.dtype
    return backward_says.first_steps(*of), torch_says.first_steps(*of)


def _who_goes_first(it: re.Match[str], view: View) -> bool:
    gradient, loss = _steps(view)
    counts = (gradient < loss).sum(), (gradient == loss).sum(), (gradient > loss).sum()
    return tuple(map(number, it.groups())) == tuple(map(int, counts))


def _share(it: re.Match[str], view: View) -> bool:
    gradient, loss = _steps(view)
    share = (gradient < loss).mean()
    low, high = {"less than a third": (0, 1 / 3), "a third to two thirds": (1 / 3, 2 / 3)}.get(it[1], (2 / 3, 1.1))
    return low <= share < high


def _first_lost(it: re.Match[str], view: View) -> bool:
    gradient, loss = (int(steps.min()) for steps in _steps(view))
    dtype, weights, at, later = it[1], it[2], it[3], it[4]
    same_step = "same step" in it[0]
    return (
        (dtype, weights) == (view.dtype, view.weights)
        and at == f"{STEPS[gradient]:g}"
        and same_step == (gradient == loss)
        and (same_step or later == f"{STEPS[loss]:g}")
    )


def _here(view: View) -> tuple[int, int, int]:
    gradient = backward_says.lost(view)
    loss = ~torch_says.nll(view, NAIVE).isfinite().numpy()
    return int(gradient.sum()), int(loss.sum()), int((gradient & ~loss).sum())


def _widths(it: re.Match[str], view: View) -> bool:
    gradient, loss = _steps(view)
    both = (gradient < NEVER) & (loss < NEVER)
    factor = np.array(STEPS)[loss[both]] / np.array(STEPS)[gradient[both]]
    of_all = it[0].startswith("All")
    return (
        number(it[1]) == both.sum()
        and of_all == both.all()
        and all(
            said(x, text)
            for x, text in zip((factor.min(), np.median(factor), factor.max()), it.groups()[2:], strict=True)
        )
        and all(said(100 * (b / a - 1), it[2], 2) for a, b in itertools.pairwise(STEPS))
    )


def strip(view: View) -> np.ndarray:
    """The 500 digits shown one by one: every hundredth by the order in which the naive loss loses them."""
    ranked = np.argsort(torch_says.first_steps(view.weights, view.seed, view.dtype), kind="stable")
    return ranked[:: len(ranked) // 500][:500]


def _fates(it: re.Match[str], view: View) -> bool:
    rows = strip(view)
    gradient, loss = backward_says.lost(view)[rows], ~torch_says.nll(view, NAIVE)[rows].isfinite().numpy()
    placed = int(torch_says.nll(view, "torch_cross_entropy")[rows][::4].isfinite().sum())
    told = number(it[4]) if it[4] else 125
    return (
        [int(x) for x in it.groups()[:3]]
        == [(~gradient & ~loss).sum(), (gradient & ~loss).sum(), (gradient & loss).sum()]
        and len(rows) == 500
        and told == placed
    )


def _row(view: View) -> tuple[torch.Tensor, int]:
    at = torch_says.chosen(view)
    return torch_says.logits(view)[at], int(torch_says.targets()[at])


def _typed(view: View) -> tuple[torch.Tensor, int]:
    return torch.tensor([0.0, 1.0, -104.5], dtype=getattr(torch, view.dtype)), 0


def _walked_back(it: re.Match[str], view: View) -> bool:
    """Of the chosen digit, or of the row in the box: whichever the sentence fits."""
    return any(_walk_fits(it, x, target) for x, target in (_row(view), _typed(view)))


def _walk_fits(it: re.Match[str], x: torch.Tensor, target: int) -> bool:
    targets = torch.tensor([target])
    loss = torch_says.of_rows(x[None], targets, NAIVE)[0]
    lost = not backward_says.gradient(x[None], targets, NAIVE).isfinite().all()
    if not _same(it[1], loss) or lost != bool(it[2]):
        return False
    if not lost:
        return True
    left, sign, right, result = it.groups()[2:]
    a, b = (torch.tensor(float(value), dtype=torch.float64) for value in (left, right))
    found = (a / b if sign == "/" else a * b).to(x.dtype).item()
    return found == float(result) or (np.isnan(found) and result == "nan")


def _same(text: str, value: torch.Tensor) -> bool:
    named = torch.tensor(float(text), dtype=torch.float64).to(value.dtype)
    return bool(named == value) or bool(named.isnan() & value.isnan())


def _memorable(it: re.Match[str], view: View) -> bool:
    """A line of the table: what it is called, what torch says of its logits, and why."""
    what, label, logits, target, loss, gradient, right = it.groups()
    x = torch.tensor([[float(value) for value in logits.split(", ")]], dtype=getattr(torch, view.dtype))
    targets = torch.tensor([int(target)])
    formula = torch_says.LABELS[label]
    nll = torch_says.of_rows(x, targets, formula)[0].item()
    found = backward_says.gradient(x, targets, formula)[0]
    true = torch.softmax(x.double(), -1)[0]
    true[int(target)] -= 1
    exact = torch.nn.functional.cross_entropy(x.double(), targets).item()
    shown = loss == f"{nll:.5g}" and gradient == ", ".join(f"{v + 0.0:.3g}" for v in found.tolist())
    shown = shown and all(abs(float(a) - b) < 0.01 for a, b in zip(right.split(", "), true.tolist(), strict=True))
    if what == "the loss is right, the gradient nan":
        share = x.exp() / x.exp().sum()
        why = (share[0, [j for j in range(3) if j != int(target)]] == 0).any()
        return shown and abs(nll / exact - 1) < 0.01 and bool(found.isnan().any()) and bool(why) and formula == NAIVE
    wrong = found.isfinite().all() and (found.double() - true).abs().max() > 0.1
    why = x.exp().isfinite().all() and x.exp().sum().isinf()
    return shown and nll == float("inf") and bool(wrong) and bool(why) and formula == UNSHIFTED


def _both_are_shown(it: re.Match[str], _: View) -> bool:
    return it[0].count("A loss without its gradient") == it[0].count("A gradient without its loss") == 1


_WALKED = (
    r"(\S+?)(?:, and every gradient on the way back is finite"
    r"|(\. Walking back, the gradient is lost in .+?: (\S+) ([/·]) (\S+) is (\S+)))\.$"
)

CLAIMS: tuple[Claim, ...] = (
    claim(
        "no digit loses its loss before its gradient, and some lose the gradient first",
        r"^# The gradient dies first$",
        lambda _, view: bool((_steps(view)[0] <= _steps(view)[1]).all() and (_steps(view)[0] < _steps(view)[1]).any()),
    ),
    claim(
        "how many digits lose their gradient first",
        rf"The gradient first: {COUNT}\. Both at the same step of the track, or neither: {COUNT}\. "
        rf"The loss first: {COUNT}\.",
        _who_goes_first,
    ),
    claim("which share of the digits that is", r"(?:Look again: it is|Right\. It is) (.+? thirds?)\.", _share),
    claim(
        "where the first gradient goes, and the first loss",
        r"^In (\w+) with (\w+) weights the naive formula first loses a digit's gradient on the step to ×([\d.]+), and "
        r"(?:a digit's loss on the same step\.|the first loss on the step to ×([\d.]+): until the step before)",
        _first_lost,
    ),
    claim(
        "that nothing is lost at the view",
        r"^At ×(\S+) the naive formula gives every digit a finite loss and a finite gradient\.$",
        lambda it, view: it[1] == f"{view.scale:g}" and _here(view) == (0, 0, 0),
    ),
    claim(
        "that everything is lost at the view",
        r"^At ×(\S+) the naive formula has lost loss and gradient of all ([\d,]+) digits\.$",
        lambda it, view: it[1] == f"{view.scale:g}" and _here(view) == (number(it[2]), number(it[2]), 0),
    ),
    claim(
        "how many gradients and losses are lost at the view",
        rf"^At ×(\S+) the naive formula has lost the gradient of {COUNT} and the loss of {COUNT}: "
        rf"(?:for {COUNT} the loss still looks fine|no loss that looks fine hides one)\.$",
        lambda it, view: (it[1], *(number(n or "no") for n in it.groups()[1:])) == (f"{view.scale:g}", *_here(view)),
    ),
    claim(
        "how wide the windows are",
        r"^(?:All )?([\d,]+) digits lose both on the track, whose steps are (\S+) % apart\. The width of a digit's "
        r"window, the factor between both scales, is (\S+) at least, (\S+) in the median and (\S+) at most\.$",
        _widths,
    ),
    claim(
        "what becomes of the digits that are drawn",
        r"^By the naive formula, loss and gradient finite: (\d+), loss finite, gradient not: (\d+), neither finite: "
        rf"(\d+)\. One in 4 is looked at(?:;|: of these 125 {COUNT} can be drawn)",
        _fates,
    ),
    claim("which operation of backward lost the gradient", rf"^The loss is {_WALKED}", _walked_back),
    claim(
        "that the last column is right",
        r"^The last column is what the gradient should be: softmax minus one-hot\.",
        lambda _, view: bool(_row(view)[0].softmax(-1).isfinite().all()),
    ),
    claim(
        "that there is no right gradient",
        r"^The last column, softmax minus one-hot, is nan too: a logit of this digit is inf",
        lambda _, view: bool(_row(view)[0].isinf().any() and _row(view)[0].softmax(-1).isnan().any()),
    ),
    claim(
        "rows to remember",
        r"^(the loss is right, the gradient nan|the loss is inf, the gradient finite and wrong) \| (.+?) \| (.+?) \| "
        r"(\d) \| (\S+) \| (.+?) \| (.+)$",
        _memorable,
    ),
    claim("that both rows to remember are there", r"^A loss without its gradient: .+$", _both_are_shown),
    *one_batch.CLAIMS,
)
