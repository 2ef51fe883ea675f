"""What the labs share of the core's results, beside `cached.py`. Every cache is bounded here too."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from core import accuracy as accuracy_of
from core import critical, data, gradients, outcomes, prediction, sweep, training
from core.dtypes import Dtype, scaled
from core.figures.accuracy import medians_over_scale
from core.figures.causes import causes_over_scale, predicted_and_measured
from core.figures.gradients import lost_over_scale
from core.losses import FORMULAS, torch_cross_entropy
from core.model import BATCH_SIZE as BATCH
from core.model import Weights
from core.together import Together
from core.view import View
from pages.parts import cached
from pages.parts.cached import SETTINGS
from pages.parts.chart.chart import Drawn, drawn


@cached.shared(SETTINGS)
def _gradient_windows(weights: Weights, seed: int, dtype: Dtype) -> gradients.Windows:
    return cached.torch_thread().run(
        gradients.windows, cached.logits(weights, seed), cached.digits().targets, dtype, "log_of_softmax"
    )


def gradient_windows(view: View) -> gradients.Windows:
    """Where on the track each digit loses its naive gradient, and where its naive loss."""
    return _gradient_windows(view.weights, view.seed, view.dtype)


@cached.shared(SETTINGS)
def _window_chart(weights: Weights, seed: int, dtype: Dtype) -> Drawn:
    lost = _gradient_windows(weights, seed, dtype)
    return drawn(lost_over_scale(sweep.SCALES, *(lost_by(steps) for steps in (lost.gradient, lost.loss))))


def window_chart(view: View) -> Drawn:
    """How many digits have lost gradient and loss by each scale of the track."""
    return _window_chart(view.weights, view.seed, view.dtype)


def lost_by(steps: np.ndarray) -> np.ndarray:
    """How many digits are lost by each step of the track: (NEVER,). steps: where each is lost."""
    return np.bincount(steps, minlength=sweep.NEVER + 1)[: sweep.NEVER].cumsum()


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """What the closed form says of every digit, and where torch lost it.

    causes:    (SCALES, CAUSES), how many digits are lost to each cause at each scale of the track
    critical:  float64, (rows,), the scale at which each digit is lost, but for the rounding of its scaled logits
    predicted: int16, (rows,), the first step of the track at which the closed form loses it, that rounding included
    measured:  int16, (rows,), the first step of the track at which torch's loss is not finite
    """

    causes: np.ndarray
    critical: np.ndarray
    predicted: np.ndarray
    measured: np.ndarray


@cached.shared(32)
def _forecast(weights: Weights, seed: int, dtype: Dtype, formula: str) -> Forecast:
    def computed(unscaled: Tensor, targets: Tensor) -> Forecast:
        scales = critical.critical_scales(unscaled, targets, dtype, formula)
        steps = critical.critical_steps(scales, unscaled, targets, dtype, formula, sweep.SCALES)
        return Forecast(
            critical.counts_by_cause(steps, sweep.NEVER),
            np.minimum.reduce(list(scales.values())),
            np.minimum.reduce(list(steps.values())),
            gradients.first_bad_losses(unscaled, targets, dtype, formula),
        )

    return cached.torch_thread().run(computed, cached.logits(weights, seed), cached.digits().targets)


@cached.shared(32)
def _forecast_figures(weights: Weights, seed: int, dtype: Dtype, formula: str) -> tuple[Drawn, Drawn]:
    told = _forecast(weights, seed, dtype, formula)
    return (
        drawn(causes_over_scale(sweep.SCALES, told.causes)),
        drawn(predicted_and_measured(sweep.SCALES, *(lost_by(steps) for steps in (told.predicted, told.measured)))),
    )


def forecast_figures(view: View, formula: str) -> tuple[Drawn, Drawn]:
    """Failures by cause over the track, and how many digits are lost by each scale, predicted and measured."""
    return _forecast_figures(view.weights, view.seed, view.dtype, formula)


def forecast(view: View, formula: str) -> Forecast:
    """The fate of every digit by one formula, predicted and measured."""
    return _forecast(view.weights, view.seed, view.dtype, formula)


def fates(view: View) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The strip's rows, with their right losses, lengths of their right gradients, and fates by the naive formula.

    Each (rows,): rows of the training set; float64; float64; 0 where loss and gradient are finite, 1 where only the
    loss is, 2 where neither is.
    """
    rows = cached.strip_rows(view.weights, view.seed, view.dtype)
    return rows, *cached.torch_thread().run(_fates, scaled_rows(view, rows), cached.digits().targets[rows])


def _fates(x: Tensor, targets: Tensor) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    naive = FORMULAS["log_of_softmax"].per_sample(x, targets)
    finite = gradients.gradients("log_of_softmax", x, targets).isfinite().all(-1)
    right = torch_cross_entropy(x, targets).double()
    norms = gradients.gradient_norms(gradients.right_gradient(x, targets))
    return right.numpy(), norms.numpy(), torch.where(naive.isfinite(), (~finite).int(), 2).numpy()


def poisoned(view: View) -> gradients.Poisoned:
    """One update on the batch that holds the chosen digit."""
    first = cached.chosen(view) // BATCH * BATCH
    batch = data.Digits(cached.digits().images[first : first + BATCH], cached.digits().targets[first : first + BATCH])
    return cached.torch_thread().run(
        gradients.poisoned, cached.network(view.weights, view.seed), batch, view.scale, view.dtype
    )


def causes(view: View, formula: str) -> list[np.ndarray]:
    """Why each digit is lost at the view's scale, predicted, then measured: index into CAUSES, each (50,000,)."""
    return _causes(replace(view, sample=None), formula)


@cached.shared(64)
def _causes(view: View, formula: str) -> list[np.ndarray]:
    def told(x: Tensor, targets: Tensor) -> Tensor:
        return prediction.predicted(x, targets, formula)[1]

    def measured(x: Tensor, targets: Tensor) -> Tensor:
        return outcomes.causes(formula, x, targets, FORMULAS[formula].per_sample(x, targets))

    def computed(unscaled: Tensor, targets: Tensor) -> list[np.ndarray]:
        x = scaled(unscaled, view.scale, view.dtype)
        return [it.numpy() for it in thread.each(lambda compute: compute(x, targets), (told, measured))]

    thread = cached.torch_thread()
    return thread.run(computed, cached.logits(view.weights, view.seed), cached.digits().targets)


def scaled_rows(view: View, rows: np.ndarray) -> Tensor:
    """Logits of some digits at the view's scale, in its dtype: (rows, classes)."""
    return scaled(cached.logits(view.weights, view.seed)[rows], view.scale, view.dtype)


@cached.shared(len(training.PRESETS))
def trained(preset: str) -> training.Step:
    """The last step of a preset's run."""

    def computed() -> training.Step:
        *_, last = training.run(training.PRESETS[preset], cached.digits())
        return last

    return cached.torch_thread().run(computed)


def accuracy(view: View) -> accuracy_of.Accuracy:
    """Every formula on a sample of the digits beside certified losses, at the view's scale."""
    return _accuracy(view.weights, view.seed, view.dtype, view.scale)


@cached.shared(64)
def _accuracy(weights: Weights, seed: int, dtype: Dtype, scale: float) -> accuracy_of.Accuracy:
    rows = accuracy_of.sample_of(len(cached.digits()))
    unscaled, targets = cached.logits(weights, seed)[rows], cached.digits().targets[rows]
    return cached.torch_thread().run(accuracy_of.accuracy_at, unscaled, targets, scale, dtype)


def zeros(view: View) -> dict[str, int]:
    """How many of all digits have a loss of exactly 0, by each formula."""
    return _zeros(view.weights, view.seed, view.dtype, view.scale)


@cached.shared(64)
def _zeros(weights: Weights, seed: int, dtype: Dtype, scale: float) -> dict[str, int]:
    def counted(unscaled: Tensor, targets: Tensor) -> dict[str, int]:
        losses = Together(scaled(unscaled, scale, dtype), targets).losses(FORMULAS)
        return {name: int((per_row == 0).sum()) for name, per_row in losses.items()}

    return cached.torch_thread().run(counted, cached.logits(weights, seed), cached.digits().targets)


def medians(view: View) -> list[dict[str, float]]:
    """The median error of each formula on that sample, at each scale of a coarse grid."""
    return _medians(view.weights, view.seed, view.dtype)


@cached.shared(SETTINGS, spinner="Certifying losses over all scales.")
def _medians(weights: Weights, seed: int, dtype: Dtype) -> list[dict[str, float]]:
    rows = accuracy_of.sample_of(len(cached.digits()))
    unscaled, targets = cached.logits(weights, seed)[rows], cached.digits().targets[rows]
    return cached.torch_thread().run(lambda: list(accuracy_of.medians(unscaled, targets, dtype)))


@cached.shared(SETTINGS)
def _medians_chart(weights: Weights, seed: int, dtype: Dtype, ceiling: float) -> Drawn:
    return drawn(medians_over_scale(accuracy_of.SCALES, _medians(weights, seed, dtype), ceiling))


def medians_chart(view: View, ceiling: float) -> Drawn:
    """Those medians over the scale; ceiling: where what is not finite stands."""
    return _medians_chart(view.weights, view.seed, view.dtype, ceiling)
