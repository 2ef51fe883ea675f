"""Every formula on every digit, at one scale and at all scales of a grid.

A Frame is what a page shows of one scale. Frames of the whole grid, side by side, are a Sweep: with it a
browser can repaint at every scale without asking again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from itertools import combinations

import numpy as np
import torch
from torch import Tensor

from core.dtypes import Dtype, scaled
from core.losses import FORMULAS, log_of_softmax, near, nll_per_sample
from core.outcomes import Facts, cause_counts, outcome_counts
from core.together import Together

STEPS_PER_DECADE = 50
SCALES: tuple[float, ...] = tuple(float(f"{10 ** (k / STEPS_PER_DECADE):.6g}") for k in range(-50, 201))
NEVER = len(SCALES)
ABREAST = 2

# The formulas whose readouts follow the hand; the others are computed at rest.
HEADLINE = ("log_of_softmax", "unshifted_log_softmax", "lse_log_softmax", "torch_cross_entropy")

STRIP_ROWS = 500
STRIP_FORMULAS = ("log_of_softmax", "lse_log_softmax")

# A level places a loss on a log axis in 16 bits: 1000 log10(NLL), with values of their own for the rest.
LEVELS_PER_DECADE = 1000
LEVEL = {"zero": -32_000, "negative": -32_001, "-inf": -32_002, "+inf": 32_001, "nan": 32_002}

BINS_PER_DECADE = 4
BIN_DECADES = (-6, 6)
BINS = ("zero", "below", *range(BINS_PER_DECADE * (BIN_DECADES[1] - BIN_DECADES[0])), "above", "+inf", "nan", "other")


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What is shown of one scale, over all rows.

    formulas: the names that the first axis of loss, outcomes and causes runs over
    loss:     float64, (formulas,), the mean of the per-sample losses, accumulated in float64
    outcomes: int32, (formulas, OUTCOMES), how many rows ended so
    causes:   int32, (formulas, CAUSES), how many rows failed for it
    levels:   int16, (STRIP_FORMULAS, STRIP_ROWS), the strip's losses on a log axis
    bins:     int32, (STRIP_FORMULAS, BINS), how all rows spread over that axis
    """

    formulas: tuple[str, ...]
    loss: np.ndarray
    outcomes: np.ndarray
    causes: np.ndarray
    levels: np.ndarray
    bins: np.ndarray

    def of(self, formulas: tuple[str, ...]) -> "Frame":
        """The same frame with these formulas only."""
        rows = [self.formulas.index(name) for name in formulas]
        return replace(
            self, formulas=formulas, loss=self.loss[rows], outcomes=self.outcomes[rows], causes=self.causes[rows]
        )

    def same_as(self, other: "Frame") -> bool:
        """Whether two frames agree to the last bit: equal numbers, nan where nan."""
        arrays = (f.name for f in fields(self) if f.name != "formulas")
        return self.formulas == other.formulas and all(
            np.array_equal(getattr(self, name), getattr(other, name), equal_nan=name == "loss") for name in arrays
        )


def losses(logits: Tensor, targets: Tensor, formulas: Iterable[str] = FORMULAS) -> dict[str, Tensor]:
    """The loss of each row by each formula: name -> (rows,), in the dtype of the logits."""
    return {name: FORMULAS[name].per_sample(logits, targets) for name in formulas}


def frame(nll: dict[str, Tensor], facts: Facts, strip: np.ndarray) -> Frame:
    """What is shown of these losses.

    nll:   as `losses` gave it; facts: why rows of these logits fail, as `core.outcomes.facts` says
    strip: the rows shown one by one, as `strip_of` chose them
    """
    exact = {name: per_row.double() for name, per_row in nll.items()}
    levels = np.stack([_levels(exact[name].numpy()) for name in STRIP_FORMULAS])
    return Frame(
        formulas=tuple(nll),
        loss=np.array([per_row.mean().item() for per_row in exact.values()]),
        outcomes=np.stack([outcome_counts(per_row.numpy()) for per_row in exact.values()]),
        causes=np.stack([cause_counts(name, facts, ~np.isfinite(it.numpy())) for name, it in exact.items()]),
        levels=levels[:, strip],
        bins=np.stack([_binned(row) for row in levels]),
    )


def frames(
    logits: Tensor,
    targets: Tensor,
    dtype: Dtype,
    strip: np.ndarray,
    formulas: Iterable[str] = HEADLINE,
    scales: Sequence[float] = SCALES,
    each: Callable[[Callable[[float], Frame], Iterable[float]], Iterable[Frame]] = map,
) -> Iterator[Frame]:
    """The frame of each scale, in order.

    logits: as the model gave them, unscaled
    each:   as `map`, perhaps over several cores; it is given ABREAST scales at a time
    """
    exact = logits.double()

    def at(scale: float) -> Frame:
        rows = Together(scaled(exact, scale, dtype), targets)
        return frame(rows.losses(formulas), rows.facts, strip)

    for step in range(0, len(scales), ABREAST):
        yield from each(at, scales[step : step + ABREAST])


def first_failures(logits: Tensor, targets: Tensor, dtype: Dtype) -> np.ndarray:
    """For each row the least step of the grid at which its naive loss is not finite; NEVER where it always is.

    int16, (rows,), by bisection over the grid for all rows at once. That is the same as looking at every step, since
    a row that failed stays failed: largest logit, NLL and log-sum-exp are convex in the scale and start
    below their limits.
    """
    grid = torch.tensor([*SCALES, float("nan")], dtype=torch.float64)
    low = torch.zeros(len(targets), dtype=torch.int64)
    high = torch.full_like(low, NEVER)
    while (low < high).any():
        step = (low + high) // 2
        nll = nll_per_sample(log_of_softmax(scaled(logits, grid[step, None], dtype)), targets)
        failed = ~nll.isfinite()
        high = torch.where(failed, step, high).maximum(low)
        low = torch.where(failed, low, step + 1).minimum(high)
    return low.to(torch.int16).numpy()


def strip_of(first_failed: np.ndarray) -> np.ndarray:
    """STRIP_ROWS rows in the order in which the naive loss loses them: every hundredth of 50,000 by that rank.

    The first one is the digit that failed first: the least step, and the smallest index where several share it.
    """
    ranked = np.argsort(first_failed, kind="stable")
    return ranked[:: max(1, len(ranked) // STRIP_ROWS)][:STRIP_ROWS]


def near_pairs(nll: dict[str, Tensor]) -> dict[tuple[str, str], bool]:
    """Whether `test_near` passes, for every pair of formulas."""
    return {(a, b): near(nll[a], nll[b]) for a, b in combinations(nll, 2)}


def differences(nll: dict[str, Tensor]) -> dict[tuple[str, str], float]:
    """The largest difference of any row's loss, for every pair of formulas, taken in float64; nan if one is."""
    exact = {name: per_row.double() for name, per_row in nll.items()}
    return {(a, b): (exact[a] - exact[b]).abs().max().item() for a, b in combinations(exact, 2)}


def first_lost(logits: Tensor, targets: Tensor, dtype: Dtype, formula: str) -> float:
    """The least scale of the grid at which a formula loses any row, by bisection; inf where it never does.

    Bisection serves for the reason given in `first_failures`.
    """
    low, high = 0, NEVER
    while low < high:
        step = (low + high) // 2
        nll = FORMULAS[formula].per_sample(scaled(logits, SCALES[step], dtype), targets)
        low, high = (step + 1, high) if nll.isfinite().all() else (low, step)
    return SCALES[low] if low < NEVER else float("inf")


def levels_of(nll: Tensor) -> np.ndarray:
    """Where each loss stands on a log axis: int16, 1000 log10(NLL), or a value of LEVEL."""
    return _levels(nll.double().numpy())


def _levels(values: np.ndarray) -> np.ndarray:
    furthest = LEVEL["+inf"] - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        levels = np.rint(LEVELS_PER_DECADE * np.log10(values)).clip(-furthest + 1, furthest)
    for name, rows in (
        ("zero", values == 0),
        ("negative", values < 0),
        ("+inf", values == np.inf),
        ("-inf", values == -np.inf),
        ("nan", np.isnan(values)),
    ):
        if rows.any():
            levels[rows] = LEVEL[name]
    return levels.astype(np.int16)


def _binned(levels: np.ndarray) -> np.ndarray:
    """How many levels fall in each of BINS: int32."""
    return np.bincount(_bin_of_level()[levels.view(np.uint16)], minlength=len(BINS)).astype(np.int32)


@cache
def _bin_of_level() -> np.ndarray:
    """Index into BINS of every level there can be, read as uint16."""
    levels = np.arange(1 << 16, dtype=np.uint16).view(np.int16).astype(np.int32)
    low, high = (LEVELS_PER_DECADE * decade for decade in BIN_DECADES)
    index = (levels - low) * BINS_PER_DECADE // LEVELS_PER_DECADE + BINS.index(0)
    index = np.where(levels < low, BINS.index("below"), index)
    index = np.where(levels >= high, BINS.index("above"), index)
    for name, place in (("zero", "zero"), ("+inf", "+inf"), ("nan", "nan"), ("negative", "other"), ("-inf", "other")):
        index[levels == LEVEL[name]] = BINS.index(place)
    return index.astype(np.uint8)
