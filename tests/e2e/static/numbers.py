"""What the core computes, as the page should write it."""

import math
from functools import cache

from playwright.sync_api import Page

from core import data, model, sweep
from core.dtypes import scaled
from tests.e2e.test_break_it import readout
from tools.static.numbers import SEED


@cache
def logits(weights):
    digits = data.load()[0]
    return model.logits(weights, SEED, digits), digits.targets


def computed(scale: float, weights: str = "untrained", dtype: str = "float32") -> dict[str, str]:
    """The loss by every headline formula, by the core itself, as the page writes it."""
    unscaled, targets = logits(weights)
    nll = sweep.losses(scaled(unscaled, scale, dtype), targets, sweep.HEADLINE)
    means = {name: per_row.double().mean().item() for name, per_row in nll.items()}
    return {name: f"{mean:.4f}" if math.isfinite(mean) else str(mean) for name, mean in means.items()}


def shown(page: Page) -> dict[str, str]:
    return {formula: readout(page, formula) for formula in sweep.HEADLINE}
