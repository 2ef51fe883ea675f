"""What pages share of the core's results. Every cache is bounded by the views there can be."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from core import critical, data, gradients, model, outcomes, prediction, sweep, training, verdicts
from core.dtypes import DTYPES, Dtype, scaled
from core.losses import FORMULAS, torch_cross_entropy
from core.model import BATCH_SIZE as BATCH
from core.model import SEEDS, WEIGHTS, Weights
from core.view import View
from pages.parts.torch_thread import TorchThread

MODELS = len(WEIGHTS) * len(SEEDS)
SETTINGS = MODELS * len(DTYPES)


@st.cache_resource(show_spinner=False)
def torch_thread() -> TorchThread:
    return TorchThread()


@st.cache_resource(show_spinner=False)
def digits() -> data.Digits:
    """The 50,000 training digits, once per process."""
    train, _ = data.load()
    return train


@st.cache_resource(show_spinner=False, max_entries=MODELS)
def network(weights: Weights, seed: int) -> model.Model:
    """The model that gives the logits."""
    return torch_thread().run(model.prepared, weights, seed, digits())


@st.cache_resource(show_spinner=False, max_entries=MODELS)
def logits(weights: Weights, seed: int) -> Tensor:
    """Unscaled logits of all digits: float32, (50,000, 10)."""
    return torch_thread().run(model.logits_of, network(weights, seed), digits())


@st.cache_resource(show_spinner=False, max_entries=SETTINGS)
def first_failures(weights: Weights, seed: int, dtype: Dtype) -> np.ndarray:
    """Per digit the step of the grid at which its naive loss is first not finite."""
    return torch_thread().run(sweep.first_failures, logits(weights, seed), digits().targets, dtype)


def chosen(view: View) -> int:
    """Row of the digit the view shows: the one it names, else the first the naive formula loses."""
    if view.sample is not None:
        return view.sample
    return int(first_failures(view.weights, view.seed, view.dtype).argmin())


def row(view: View) -> tuple[Tensor, int]:
    """The chosen digit's logits at the view's scale, in its dtype, (classes,), and its target."""
    index = chosen(view)
    unscaled = logits(view.weights, view.seed)[index]
    return scaled(unscaled, view.scale, view.dtype), int(digits().targets[index])


def now(view: View) -> "AtScale":
    """What torch computed at the view."""
    return at_scale(view.weights, view.seed, view.dtype, view.scale)


@dataclass(frozen=True, slots=True, eq=False)
class AtScale:
    """What torch computed at one exact scale, over all digits.

    strip_nll: float64, (STRIP_FORMULAS, STRIP_ROWS), the strip's losses as they are
    near:      for every pair of formulas, whether test_near passes
    differences: for every pair, the largest difference of any digit's loss
    """

    frame: sweep.Frame
    strip_nll: np.ndarray
    near: dict[tuple[str, str], bool]
    differences: dict[tuple[str, str], float]


@st.cache_resource(show_spinner=False, max_entries=512)
def at_scale(weights: Weights, seed: int, dtype: Dtype, scale: float) -> AtScale:
    """Every formula on every digit, at this scale."""
    strip = sweep.strip_of(first_failures(weights, seed, dtype))
    return torch_thread().run(_at_scale, logits(weights, seed), digits().targets, dtype, scale, strip)


def _at_scale(unscaled: Tensor, targets: Tensor, dtype: Dtype, scale: float, strip: np.ndarray) -> AtScale:
    x = scaled(unscaled, scale, dtype)
    nll = sweep.losses(x, targets)
    return AtScale(
        frame=sweep.frame(x, targets, nll, strip),
        strip_nll=np.stack([nll[name].double().numpy()[strip] for name in sweep.STRIP_FORMULAS]),
        near=sweep.near_pairs(nll),
        differences=sweep.differences(nll),
    )


@st.cache_resource(show_spinner=False, max_entries=SETTINGS)
def _gradient_windows(weights: Weights, seed: int, dtype: Dtype) -> gradients.Windows:
    return torch_thread().run(gradients.windows, logits(weights, seed), digits().targets, dtype, "log_of_softmax")


def gradient_windows(view: View) -> gradients.Windows:
    """Where on the track each digit loses its naive gradient, and where its naive loss."""
    return _gradient_windows(view.weights, view.seed, view.dtype)


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """What the closed form says of every digit, and where torch lost it.

    causes:   (SCALES, CAUSES), how many digits are lost to each cause at each scale of the track
    critical: float64, (rows,), the scale at which each digit is lost
    measured: int16, (rows,), the first step of the track at which torch's loss is not finite
    """

    causes: np.ndarray
    critical: np.ndarray
    measured: np.ndarray


@st.cache_resource(show_spinner=False, max_entries=32)
def _forecast(weights: Weights, seed: int, dtype: Dtype, formula: str) -> Forecast:
    def computed(unscaled: Tensor, targets: Tensor) -> Forecast:
        found = critical.critical_scales(unscaled, targets, dtype, formula)
        return Forecast(
            critical.counts_by_cause(found, sweep.SCALES),
            np.minimum.reduce(list(found.values())),
            gradients.first_bad_losses(unscaled, targets, dtype, formula),
        )

    return torch_thread().run(computed, logits(weights, seed), digits().targets)


def forecast(view: View, formula: str) -> Forecast:
    """The fate of every digit by one formula, predicted and measured."""
    return _forecast(view.weights, view.seed, view.dtype, formula)


def fates(view: View) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The strip's rows, with their right losses, lengths of their right gradients, and fates by the naive formula.

    Each (rows,): rows of the training set; float64; float64; 0 where loss and gradient are finite, 1 where only the
    loss is, 2 where neither is.
    """
    rows = sweep.strip_of(first_failures(view.weights, view.seed, view.dtype))
    return rows, *torch_thread().run(_fates, scaled_rows(view, rows), digits().targets[rows])


def _fates(x: Tensor, targets: Tensor) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    naive = FORMULAS["log_of_softmax"].per_sample(x, targets)
    finite = gradients.gradients("log_of_softmax", x, targets).isfinite().all(-1)
    right = torch_cross_entropy(x, targets).double()
    norms = gradients.gradient_norms(gradients.right_gradient(x, targets))
    return right.numpy(), norms.numpy(), torch.where(naive.isfinite(), (~finite).int(), 2).numpy()


def poisoned(view: View) -> gradients.Poisoned:
    """One update on the batch that holds the chosen digit."""
    first = chosen(view) // BATCH * BATCH
    batch = data.Digits(digits().images[first : first + BATCH], digits().targets[first : first + BATCH])
    return torch_thread().run(gradients.poisoned, network(view.weights, view.seed), batch, view.scale, view.dtype)


def causes(view: View, formula: str) -> tuple[np.ndarray, np.ndarray]:
    """Why each digit is lost at the view's scale, predicted and measured: index into CAUSES, each (50,000,)."""

    def computed(unscaled: Tensor, targets: Tensor, nll: Tensor) -> tuple[np.ndarray, np.ndarray]:
        x = scaled(unscaled, view.scale, view.dtype)
        told = prediction.predicted(x, targets, formula)[1]
        return told.numpy(), outcomes.causes(formula, x, targets, nll).numpy()

    return torch_thread().run(computed, logits(view.weights, view.seed), digits().targets, nll(view, formula))


def scaled_rows(view: View, rows: np.ndarray) -> Tensor:
    """Logits of some digits at the view's scale, in its dtype: (rows, classes)."""
    return scaled(logits(view.weights, view.seed)[rows], view.scale, view.dtype)


@st.cache_resource(show_spinner=False, max_entries=len(training.PRESETS))
def trained(preset: str) -> training.Step:
    """The last step of a preset's run."""

    def computed() -> training.Step:
        *_, last = training.run(training.PRESETS[preset], digits())
        return last

    return torch_thread().run(computed)


def nll(view: View, formula: str) -> Tensor:
    """The loss of every digit by one formula, in the view's dtype: (50,000,)."""
    return _nll(view.weights, view.seed, view.dtype, view.scale, formula)


@st.cache_resource(show_spinner=False, max_entries=64)
def _nll(weights: Weights, seed: int, dtype: Dtype, scale: float, formula: str) -> Tensor:
    def computed(unscaled: Tensor, targets: Tensor) -> Tensor:
        return FORMULAS[formula].per_sample(scaled(unscaled, scale, dtype), targets)

    return torch_thread().run(computed, logits(weights, seed), digits().targets)


@st.cache_resource(show_spinner=False, max_entries=len(DTYPES))
def judged(dtype: Dtype) -> tuple[verdicts.Verdict, ...]:
    """Every formula on the rows that break some, beside the certified loss."""
    return torch_thread().run(verdicts.verdicts, dtype)


def first_lost(view: View, formula: str) -> float:
    """The least scale of the grid at which a formula loses a digit; inf where it never does."""
    return _first_lost(view.weights, view.seed, view.dtype, formula)


@st.cache_resource(show_spinner=False, max_entries=SETTINGS * len(FORMULAS))
def _first_lost(weights: Weights, seed: int, dtype: Dtype, formula: str) -> float:
    return torch_thread().run(sweep.first_lost, logits(weights, seed), digits().targets, dtype, formula)
