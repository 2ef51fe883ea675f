"""What pages share of the core's results. Every cache is bounded by the views there can be."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from core import data, model, sweep, verdicts
from core.dtypes import DTYPES, Dtype, scaled, torch_dtype
from core.losses import FORMULAS, shifted_logsumexp
from core.model import SEEDS, WEIGHTS, Weights
from core.together import Together
from core.view import View
from pages.parts import turns
from pages.parts.scrubber import wire
from pages.parts.torch_thread import CORES, TorchThread

MODELS = len(WEIGHTS) * len(SEEDS)
SETTINGS = MODELS * len(DTYPES)
BLOCK = 3_200  # rows; whole vectors, so that each row is computed as it is among all


P = ParamSpec("P")
T = TypeVar("T")


def shared(max_entries: int, spinner: str | bool = False) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Once per process, however many visitors ask at the same time; what is known costs a look into a dictionary.

    `st.cache_resource` alone does the former, but names its arguments anew each time: a fifth of a millisecond, ten
    times a run.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        once = st.cache_resource(show_spinner=spinner, max_entries=max_entries)(function)

        @lru_cache(max_entries)
        @wraps(function)
        def known(*args: P.args, **kwargs: P.kwargs) -> T:
            with turns.given_up():  # it will take a while, or wait for another visitor who asked the same
                return once(*args, **kwargs)

        def forget() -> None:
            known.cache_clear()
            once.clear()

        known.clear = forget  # type: ignore[attr-defined] # under Streamlit's own name for it
        return known  # type: ignore[return-value]

    return decorate


@shared(1)
def torch_thread() -> TorchThread:
    return TorchThread()


@shared(1)
def digits() -> data.Digits:
    """The 50,000 training digits, once per process."""
    train, _ = data.load()
    return train


@shared(MODELS)
def network(weights: Weights, seed: int) -> model.Model:
    """The model that gives the logits."""
    return torch_thread().in_steps(model.preparing(weights, seed, digits()))[-1]


@shared(MODELS)
def logits(weights: Weights, seed: int) -> Tensor:
    """Unscaled logits of all digits: float32, (50,000, 10)."""
    return torch.cat(torch_thread().in_steps(model.logit_blocks(network(weights, seed), digits())))


def by_blocks(compute: Callable[[Tensor, Tensor], T], weights: Weights, seed: int) -> list[T]:
    """compute(unscaled logits, targets) for BLOCK digits at a time: one step of the torch thread each."""
    blocks = zip(logits(weights, seed).split(BLOCK), digits().targets.split(BLOCK), strict=True)
    return torch_thread().in_steps(compute(unscaled, targets) for unscaled, targets in blocks)


@shared(SETTINGS)
def first_failures(weights: Weights, seed: int, dtype: Dtype) -> np.ndarray:
    """Per digit the step of the grid at which its naive loss is first not finite."""
    return np.concatenate(by_blocks(lambda x, targets: sweep.first_failures(x, targets, dtype), weights, seed))


@shared(SETTINGS)
def strip_rows(weights: Weights, seed: int, dtype: Dtype) -> np.ndarray:
    """The digits shown one by one: (STRIP_ROWS,), in the order in which the naive formula loses them."""
    return sweep.strip_of(first_failures(weights, seed, dtype))


def chosen(view: View) -> int:
    """Row of the digit the view shows: the one it names, else the first the naive formula loses."""
    if view.sample is not None:
        return view.sample
    return int(strip_rows(view.weights, view.seed, view.dtype)[0])


def row(view: View) -> tuple[Tensor, int]:
    """The chosen digit's logits at the view's scale, in its dtype, (classes,), and its target."""
    return _row(view.weights, view.seed, view.dtype, view.scale, chosen(view))


@lru_cache(512)
def _row(weights: Weights, seed: int, dtype: Dtype, scale: float, index: int) -> tuple[Tensor, int]:
    return scaled(logits(weights, seed)[index], scale, dtype), int(digits().targets[index])


@lru_cache(64)
def over_shifts(dtype: Dtype, logits: tuple[float, ...], shifts: tuple[float, ...]) -> np.ndarray:
    """log-sum-exp of one row with each shift taken out, computed in the dtype: float64, (shifts,)."""
    x = torch.tensor(logits, dtype=torch_dtype(dtype))
    return np.array([shifted_logsumexp(x, shift).item() for shift in shifts])


def now(view: View) -> "AtScale":
    """What torch computed at the view."""
    return at_scale(view.weights, view.seed, view.dtype, view.scale)


@dataclass(frozen=True, slots=True, eq=False)
class AtScale:
    """What torch computed at one exact scale, over all digits.

    wire:      the headline formulas and the strip as the scrubber reads them, base64
    near:      for every pair of formulas, whether test_near passes
    differences: for every pair, the largest difference of any digit's loss
    """

    frame: sweep.Frame
    wire: str
    near: dict[tuple[str, str], bool]
    differences: dict[tuple[str, str], float]


@shared(2048)
def at_scale(weights: Weights, seed: int, dtype: Dtype, scale: float) -> AtScale:
    """Every formula on every digit, at this scale."""
    strip = strip_rows(weights, seed, dtype)
    *_, found = torch_thread().in_steps(_at_scale(logits(weights, seed), digits().targets, dtype, scale, strip))
    assert found  # noqa: S101 - for mypy
    return found


def _at_scale(
    unscaled: Tensor, targets: Tensor, dtype: Dtype, scale: float, strip: np.ndarray
) -> Iterator[AtScale | None]:
    """In steps; the last one gives it."""
    each = torch_thread().each
    x = scaled(unscaled, scale, dtype)
    nll: dict[str, Tensor] = {}
    for start in range(0, len(FORMULAS), CORES):
        names = list(FORMULAS)[start : start + CORES]
        nll.update(zip(names, each(lambda name: FORMULAS[name].per_sample(x, targets), names), strict=True))
        yield None
    near, differences = each(sweep.near_pairs, [nll]), each(sweep.differences, [nll])
    facts = Together(x, targets).facts
    yield None
    frame = sweep.frame(nll, facts, strip)
    exact = wire.encode(
        [frame.of(sweep.HEADLINE)],
        [scale],
        strip_nll=_as_narrow_as_exact(np.stack([nll[name].double().numpy()[strip] for name in sweep.STRIP_FORMULAS])),
        strip_rows=strip.astype(np.uint16),
        strip_digits=targets.numpy()[strip].astype(np.uint8),
    )
    yield AtScale(frame, base64.b64encode(exact).decode(), next(near), next(differences))


def _as_narrow_as_exact(values: np.ndarray) -> np.ndarray:
    """float32 where that is exact, as it is for every dtype but float64: a rerun carries them."""
    narrow = values.astype(np.float32)
    return narrow if np.array_equal(narrow, values, equal_nan=True) else values


def live_losses(view: View) -> list[float]:
    """The mean loss of all digits by each headline formula, computed now: nothing here is remembered."""
    return torch_thread().run(_live_losses, logits(view.weights, view.seed), digits().targets, view.dtype, view.scale)


def _live_losses(unscaled: Tensor, targets: Tensor, dtype: Dtype, scale: float) -> list[float]:
    nll = sweep.losses(scaled(unscaled, scale, dtype), targets, sweep.HEADLINE)
    return [per_row.double().mean().item() for per_row in nll.values()]


def nll(view: View, formula: str) -> Tensor:
    """The loss of every digit by one formula, in the view's dtype: (50,000,)."""
    return _nll(view.weights, view.seed, view.dtype, view.scale, formula)


@shared(64)
def _nll(weights: Weights, seed: int, dtype: Dtype, scale: float, formula: str) -> Tensor:
    def computed(unscaled: Tensor, targets: Tensor) -> Tensor:
        return FORMULAS[formula].per_sample(scaled(unscaled, scale, dtype), targets)

    return torch_thread().run(computed, logits(weights, seed), digits().targets)


@shared(len(DTYPES))
def judged(dtype: Dtype) -> tuple[verdicts.Verdict, ...]:
    """Every formula on the rows that break some, beside the certified loss."""
    return torch_thread().run(verdicts.verdicts, dtype)


def first_lost(view: View, formula: str) -> float:
    """The least scale of the grid at which a formula loses a digit; inf where it never does."""
    return _first_lost(view.weights, view.seed, view.dtype, formula)


@shared(SETTINGS * len(FORMULAS))
def _first_lost(weights: Weights, seed: int, dtype: Dtype, formula: str) -> float:
    return min(by_blocks(lambda x, targets: sweep.first_lost(x, targets, dtype, formula), weights, seed))
