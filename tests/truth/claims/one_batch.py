"""What the gradient lab says of one batch and one update."""

import re

import numpy as np
import torch

from core.view import View
from tests.truth import backward_says, torch_says
from tests.truth.backward_says import BATCH
from tests.truth.claims.claim import Claim, claim
from tests.truth.torch_says import STEPS

_WAYS = {
    "mean of the naive losses": "naive",
    "where(bad, 0, naive losses)": "where on losses",
    "naive losses of where(bad, 0, logits)": "where on logits",
    "naive losses without the bad rows": "removed",
    "F.cross_entropy": "torch",
}


def _update(view: View) -> dict[str, tuple[float, torch.Tensor, int]]:
    return backward_says.updated(view, torch_says.chosen(view))


def _bad(view: View) -> int:
    return _update(view)["naive"][2]


def _batch(it: re.Match[str], view: View) -> bool:
    bad, told = _bad(view), it[4]
    return (
        (int(it[1]), it[2].replace(",", ""), it[3]) == (BATCH, str(torch_says.chosen(view)), f"{view.scale:g}")
        and (told.startswith("every row") == (bad == 0))
        and (told.startswith("none of") == (bad == BATCH))
        and (not (rows := re.match(r"(\d+) rows?", told)) or int(rows[1]) == bad)
    )


def _raised(_: re.Match[str], view: View) -> bool:
    rows = backward_says.batch_of(torch_says.chosen(view))
    steps = backward_says.first_steps(view.weights, view.seed, view.dtype)[rows]
    return any(step < len(STEPS) and STEPS[step] > view.scale for step in steps)


def _nan(view: View, name: str) -> bool:
    return bool(_update(view)[name][1].isnan().any())


def _kept(view: View, name: str) -> bool:
    loss, weight, _ = _update(view)[name]
    return bool(weight.isfinite().all()) and np.isfinite(loss)


def _one_update(it: re.Match[str], view: View) -> bool:
    """A line of the table of updates."""
    loss, weight, _ = _update(view)[_WAYS[it[1]]]
    nans = int(weight.isnan().sum())
    near = _near(float(it[2]), loss)
    return near and (int(it[3]), int(it[4]), int(it[5])) == (nans, weight.numel(), nans)


def _near(a: float, b: float) -> bool:
    return a == b or (np.isnan(a) and np.isnan(b)) or abs(a - b) <= 0.01 * abs(b)


CLAIMS: tuple[Claim, ...] = (
    claim(
        "how many rows of the batch have no gradient",
        r"^The batch of (\d+) digits that holds digit ([\d,]+), at ×(\S+): (.+?) finite gradient by the naive formula",
        _batch,
    ),
    claim("that a row of the batch is lost later", r"Raise the scale until one is lost\.$", _raised),
    claim(
        "one update by each way to write the batch",
        rf"^({'|'.join(map(re.escape, _WAYS))}) \| (\S+) \| (\d+) of (\d+) \| (\d+)$",
        _one_update,
    ),
    claim("that no row is bad", r"^No row is bad", lambda _, view: _bad(view) == 0),
    claim(
        "that where on the losses is too late",
        r"is nan: too late\.",
        lambda _, view: _bad(view) > 0 and _nan(view, "where on losses"),
    ),
    claim(
        "that where on the losses meets none",
        r"here it meets none\.",
        lambda _, view: _bad(view) > 0 and not _nan(view, "where on losses"),
        rare=True,
    ),
    claim(
        "that where before the formula mends it",
        r"The input must be made safe before the formula sees it\.",
        lambda _, view: _bad(view) > 0 and _kept(view, "where on logits"),
    ),
    claim(
        "that nothing is left",
        r"With every row removed nothing is left, and the mean of nothing is nan\.",
        lambda _, view: _bad(view) == BATCH and np.isnan(_update(view)["removed"][0]),
    ),
    claim(
        "that F.cross_entropy needs nothing",
        r"With F\.cross_entropy nothing needs mending\.$",
        lambda _, v: _kept(v, "torch"),
    ),
    claim(
        "that F.cross_entropy's own mean overflows",
        r"F\.cross_entropy keeps every weight, but says (\S+): its own mean adds up losses whose sum the dtype cannot",
        lambda it, view: float(it[1]) == _update(view)["torch"][0] and bool(_update(view)["torch"][1].isfinite().all()),
        rare=True,
    ),
    claim(
        "that F.cross_entropy does not help",
        r"F\.cross_entropy does not help here: a logit of the batch is inf before any formula runs\.$",
        lambda _, view: (
            _nan(view, "torch")
            and bool(torch_says.logits(view)[backward_says.batch_of(torch_says.chosen(view))].isinf().any())
        ),
    ),
)
