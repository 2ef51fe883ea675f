"""Errors that claims are held against: losses beside enclosures that are proven to hold the truth."""

from functools import cache, lru_cache

import numpy as np
import torch
from torch import Tensor

from core.dtypes import scaled
from core.reference import certified_losses
from core.view import View
from tests.truth import torch_says

ROWS = 500
SCALES = tuple(float(f"{10 ** (k / 6):.6g}") for k in range(-6, 25))


def gap(truth: float, dtype: str) -> float:
    """From the power of two at or below a number to the next number of the dtype."""
    finfo = torch.finfo(getattr(torch, dtype))
    smallest = finfo.tiny * finfo.eps
    return max(2.0 ** np.floor(np.log2(truth)) * finfo.eps, smallest) if truth > 0 else smallest


def errors(x: Tensor, targets: Tensor, dtype: str) -> tuple[np.ndarray, dict[str, np.ndarray], dict[str, int]]:
    """Of rows: their true losses; by each formula how far its losses are off, in ulps, and how many are exactly 0."""
    truth = certified_losses(x, targets)
    floats = np.array([float(it) for it in truth])
    off, zeros = {}, {}
    for name in torch_says.FORMULAS:
        nll = torch_says.of_rows(x, targets, name)
        off[name] = np.array(
            [
                abs(float(exact - loss)) / gap(value, dtype) if np.isfinite(loss) else np.inf
                for loss, exact, value in zip(nll.double().tolist(), truth, floats, strict=True)
            ]
        )
        zeros[name] = int((nll == 0).sum())
    return floats, off, zeros


@lru_cache(64)
def at(view: View) -> tuple[np.ndarray, dict[str, np.ndarray], dict[str, int]]:
    """Of every hundredth digit whose logits are finite at the view."""
    rows = np.arange(0, len(torch_says.targets()), len(torch_says.targets()) // ROWS)
    x = scaled(torch_says.unscaled(view.weights, view.seed)[rows], view.scale, view.dtype)
    finite = x.isfinite().all(-1)
    return errors(x[finite], torch_says.targets()[rows][finite], view.dtype)


@cache
def medians(weights: str, seed: int, dtype: str) -> list[dict[str, float]]:
    """The median error of each formula at each of SCALES, what is not finite counting as infinitely far off."""
    return [
        {name: float(np.median(off)) for name, off in at(View(scale, dtype, weights, seed))[1].items()}
        for scale in SCALES
    ]
