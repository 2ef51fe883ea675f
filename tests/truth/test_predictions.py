"""What a class is asked before it sees Break it: its truths, at every setting, held against torch at every step."""

import re
from itertools import product

import pytest

from core.dtypes import DTYPES
from core.model import SEEDS, WEIGHTS
from core.view import View
from pages.parts.predictions import first_lost
from tests.truth import torch_says
from tests.truth.torch_says import LABELS, STEPS

SETTINGS = [View(dtype=dtype, weights=weights, seed=seed) for dtype, weights, seed in product(DTYPES, WEIGHTS, SEEDS)]
each_setting = pytest.mark.parametrize("view", SETTINGS, ids=View.query)


def first(view: View, formula: str = "log_of_softmax") -> float:
    return torch_says.first_lost(view.weights, view.seed, view.dtype, formula)


def earliest(lost: dict[str, float]) -> str:
    least = min(lost.values())
    named = [label for label, scale in lost.items() if scale == least]
    return named[0] if len(named) == 1 else "several at the same scale"


def told(because: str) -> dict[str, str]:
    return dict(re.findall(r"([^;]+?): (×\S+|never on the track)(?:; |\.$)", because))


def written(scale: float) -> str:
    return f"×{scale:g}" if scale < float("inf") else "never on the track"


@each_setting
def test_the_scale_and_what_lies_before_it(view):
    truth = first_lost.SCALE.truth(view)
    lost = first(view)
    before, exact, digit = re.search(
        r"×(\S+), lies the exact scale .* ×(\S+) \(digit ([\d,]+)\)", truth.because
    ).groups()
    assert truth.right == f"{lost:g}"
    assert float(before) == STEPS[STEPS.index(lost) - 1]
    assert float(before) <= float(exact) <= lost
    row = slice(int(digit.replace(",", "")), int(digit.replace(",", "")) + 1)
    x = torch_says.scaled(torch_says.unscaled(view.weights, view.seed)[row], lost, view.dtype)
    assert not torch_says.of_rows(x, torch_says.targets()[row], "log_of_softmax").isfinite().any()


@each_setting
def test_which_formula_goes_first(view):
    truth = first_lost.FORMULA.truth(view)
    lost = {label: first(view, LABELS[label]) for label in told(truth.because)}
    assert len(lost) == len(first_lost.FORMULA.options(view)) - 1
    assert told(truth.because) == {label: written(scale) for label, scale in lost.items()}
    assert truth.right == earliest(lost)


@pytest.mark.parametrize(("weights", "seed"), list(product(WEIGHTS, SEEDS)))
def test_which_dtype_goes_first(weights, seed):
    truth = first_lost.DTYPE.truth(View(weights=weights, seed=seed))
    lost = {dtype: first(View(dtype=dtype, weights=weights, seed=seed)) for dtype in DTYPES}
    assert told(truth.because) == {dtype: written(scale) for dtype, scale in lost.items()}
    assert truth.right == earliest(lost)


@each_setting
def test_which_of_four_digits_goes_first(view):
    truth = first_lost.DIGIT.truth(view)
    steps = torch_says.first_steps(view.weights, view.seed, view.dtype)
    scales = (*STEPS, float("inf"))
    rows = [int(label.split()[1].strip(":")) for label in first_lost.DIGIT.options(view)]
    lost = {f"Digit {row}: a handwritten {torch_says.targets()[row]}": scales[steps[row]] for row in rows}
    for label, scale in lost.items():
        assert f"{label}: {written(scale)}" in truth.because
    assert truth.right == earliest(lost)
