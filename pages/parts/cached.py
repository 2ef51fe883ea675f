"""What pages share of the core's results. Every cache is bounded by the views there can be."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from torch import Tensor

from core import data, model, sweep
from core.dtypes import DTYPES, Dtype, scaled
from core.model import SEEDS, WEIGHTS, Weights
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
def logits(weights: Weights, seed: int) -> Tensor:
    """Unscaled logits of all digits: float32, (50,000, 10)."""
    return torch_thread().run(model.logits, weights, seed, digits())


@st.cache_resource(show_spinner=False, max_entries=SETTINGS)
def first_failures(weights: Weights, seed: int, dtype: Dtype) -> np.ndarray:
    """Per digit the step of the grid at which its naive loss is first not finite."""
    return torch_thread().run(sweep.first_failures, logits(weights, seed), digits().targets, dtype)


@dataclass(frozen=True, slots=True, eq=False)
class AtScale:
    """What torch computed at one exact scale, over all digits.

    strip_nll: float64, (STRIP_FORMULAS, STRIP_ROWS), the strip's losses as they are
    near:      for every pair of formulas, whether test_near passes
    """

    frame: sweep.Frame
    strip_nll: np.ndarray
    near: dict[tuple[str, str], bool]


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
    )
