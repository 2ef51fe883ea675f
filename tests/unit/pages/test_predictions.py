"""The predictions: every truth is an answer one can give, and what the core says, at any view."""

import base64
import io
import re
from itertools import product
from threading import Thread

import numpy as np
import pytest
import torch
from PIL import Image

from core import gradients, sweep, training
from core.dtypes import DTYPES, limits, scaled, torch_dtype
from core.losses import FORMULAS, near
from core.model import SEEDS, WEIGHTS
from core.view import SCALE_LIMITS, View
from pages.parts import cached, cached_labs
from pages.parts.contents import READING_ORDER
from pages.parts.predictions import first_lost, labs, ready, story
from pages.parts.predictions.ready import READY

# What core.rooms keeps of a question.
MOST_ASKED, MOST_OPTION, MOST_BECAUSE, MOST_KEY, OPTIONS = 300, 80, 1000, 40, range(2, 9)

VIEWS = (View(), View(scale=300.0, dtype="float16"), View(scale=5.0, dtype="float64", weights="trained"))
SETTINGS = [View(dtype=dtype, weights=weights) for dtype, weights in product(DTYPES, WEIGHTS)]

each_ready = pytest.mark.parametrize("key", READY)
each_setting = pytest.mark.parametrize("view", SETTINGS, ids=View.query)


@each_ready
@pytest.mark.parametrize("view", VIEWS, ids=View.query)
def test_the_truth_is_an_answer_that_can_be_given(key, view):
    asked, truth = READY[key], READY[key].truth(view)
    if asked.kind == "scale":
        assert SCALE_LIMITS[0] <= float(truth.right) <= SCALE_LIMITS[1]
        assert not asked.options(view)
    else:
        assert truth.right in asked.options(view)
    assert truth.because.endswith(".")


@each_ready
def test_a_class_can_be_asked_it_without_the_page(key):
    posed, truth = ready.posed(key), ready.truth(key)
    assert posed.key == key
    assert len(key) <= MOST_KEY
    assert len(posed.asked) <= MOST_ASKED
    assert len(truth.because) <= MOST_BECAUSE
    assert "below" not in posed.asked + truth.because
    assert "above" not in posed.asked + truth.because
    if posed.kind == "choice":
        assert len(posed.options) in OPTIONS
        assert len(set(posed.options)) == len(posed.options)
        assert max(map(len, posed.options)) <= MOST_OPTION
        assert truth.right in posed.options
    assert posed.pictures.keys() <= set(posed.options)
    assert posed.page in {chapter.url for chapter in READING_ORDER}
    assert posed.query == READY[key].view.query()


def test_an_unknown_key_is_an_error_in_both():
    for asked in (ready.posed, ready.truth):
        with pytest.raises(KeyError):
            asked("no such question")


def test_truths_can_be_told_from_any_thread():
    told = {}
    threads = [Thread(target=lambda key=key: told.update({key: ready.truth(key)})) for key in READY]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert told == {key: ready.truth(key) for key in READY}


def test_an_answer_holds_for_the_view_it_was_given_at_where_the_question_names_it():
    there = View(300.0, "float16", "trained")
    assert story.AGREEMENT.key(there) == "agree_float16_trained_0_300"
    assert labs.GRADIENT.key(there) == "gradient_float16_trained_0"
    assert story.OVERFLOW.key(there) == "exp_float16"
    assert story.SHIFT.key(there) == "shift"


@pytest.mark.parametrize("key", [key for key, it in READY.items() if it.page])  # a class is asked at one view
def test_an_answer_is_kept_only_where_question_and_truth_are_the_same(key):
    told: dict[str, set] = {}
    for dtype, weights, seed in product(("float16", "float32"), WEIGHTS, SEEDS):
        view, asked = View(300.0, dtype, weights, seed), READY[key]
        told.setdefault(asked.key(view), set()).add((asked.asked(view), asked.options(view), asked.truth(view).right))
    assert max(map(len, told.values())) == 1


@each_setting
def test_the_first_formula_to_go_is_named_unless_several_go_at_once(view):
    naive, unshifted, *stable = (cached.first_lost(view, formula) for formula in sweep.HEADLINE)
    assert naive < min(stable)  # whatever kills the others kills it before
    right = first_lost.FORMULA.truth(view).right
    assert right == (FORMULAS["log_of_softmax"].label if naive < unshifted else "several at the same scale")


def test_both_answers_about_the_first_formula_occur():
    assert {first_lost.FORMULA.truth(view).right for view in SETTINGS} == {
        "log of softmax (naive)",
        "several at the same scale",
    }


@each_setting
def test_at_the_scale_told_torch_loses_a_digit_and_one_step_before_none(view):
    step = sweep.SCALES.index(float(first_lost.SCALE.truth(view).right))
    unscaled, targets = cached.logits(view.weights, view.seed), cached.digits().targets
    for scale, fine in ((sweep.SCALES[step - 1], True), (sweep.SCALES[step], False)):
        nll = FORMULAS["log_of_softmax"].per_sample(scaled(unscaled, scale, view.dtype), targets)
        assert bool(nll.isfinite().all()) is fine


@each_setting
def test_the_exact_scale_told_beside_it_lies_between_two_steps_of_the_slider(view):
    truth = first_lost.SCALE.truth(view)
    before, exact = (float(it) for it in re.findall(r"×([\d.]+\d)", truth.because))
    assert exact == pytest.approx(cached_labs.forecast(view, "log_of_softmax").critical.min(), rel=1e-5)
    assert before < exact <= float(truth.right)
    assert before == sweep.SCALES[sweep.SCALES.index(float(truth.right)) - 1]


def test_a_negative_target_takes_the_last_class():
    assert story.NEGATIVE.truth(View()).right == "the last class"


def test_float16_goes_first_and_says_where_each_dtype_goes():
    for weights in WEIGHTS:
        truth = first_lost.DTYPE.truth(View(weights=weights))
        assert truth.right == "float16"
        for dtype in DTYPES:
            at = cached.first_lost(View(dtype=dtype, weights=weights), "log_of_softmax")
            assert f"{dtype}: ×{at:g}" in truth.because


@each_setting
def test_the_four_digits_go_one_after_the_other(view):
    rows = first_lost.four(view)
    steps = cached.first_failures(view.weights, view.seed, view.dtype)[list(rows)]
    assert len(set(cached.digits().targets[list(rows)].tolist())) == len(rows) == 4
    assert (steps[1:] > steps[:-1]).all()
    assert steps[0] == cached.first_failures(view.weights, view.seed, view.dtype).min()
    right = first_lost.DIGIT.truth(view).right
    assert right.startswith(f"Digit {rows[0]}: ")
    assert right in first_lost.DIGIT.options(view)


def test_the_pictures_are_the_digits():
    posed = ready.posed("digit")
    for option in posed.options:
        header, data = posed.pictures[option].split(",")
        assert header == "data:image/png;base64"
        image = Image.open(io.BytesIO(base64.b64decode(data)))
        row = int(option.removeprefix("Digit ").split(":")[0])
        assert image.size == (28, 28)
        assert 255 - torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8) == pytest.approx(
            cached.digits().images[row].flatten()
        )


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_first_infinite_exp_is_the_whole_number_after_the_last_finite_one(dtype):
    told = int(story.OVERFLOW.truth(View(dtype=dtype)).right)
    assert told - 1 <= limits(dtype).last_finite_exp < told
    assert torch.tensor(float(told), dtype=torch_dtype(dtype)).exp().isinf()


def test_training_grows_the_logits_by_what_is_told():
    logits = {weights: cached.logits(weights, 0) for weights in WEIGHTS}
    truth = story.GROWTH.truth(View())
    assert f"{logits['trained'].max():.3g}" in truth.because
    assert f"{logits['untrained'].max():.2g}" in story.GROWTH.asked(View())
    assert logits["trained"].max() > 30 * logits["untrained"].max()
    assert truth.right == "more than 30 times as large"


@each_setting
def test_what_the_difference_repairs(view):
    naive, difference = (cached.first_lost(view, name) for name in ("log_of_softmax", "unshifted_log_softmax"))
    right = story.REPAIRED.truth(view).right
    assert right == ("log of softmax" if naive < difference else "both at the same scale")


def test_any_shift_within_80_is_right_and_0_is_not():
    x = torch.tensor([1000.0, 1001.0, 1002.0])
    best = torch.logsumexp(x, -1)
    assert story.SHIFT.truth(View()).right == "any a within 80 of 1002"
    for a, fine in ((0.0, False), (922.0, True), (1082.0, True), (800.0, False)):
        assert near(a + (x - a).exp().sum().log(), best) is fine


@pytest.mark.parametrize("scale", [1.0, 300.0, 10_000.0])
def test_as_many_pairs_agree_as_are_told(scale):
    view = View(scale=scale, dtype="float16")
    x = scaled(cached.logits("untrained", 0), scale, "float16")
    agree = sweep.near_pairs(sweep.losses(x, cached.digits().targets))
    truth = story.AGREEMENT.truth(view)
    assert re.fullmatch(rf"{sum(agree.values())} of {len(agree)} agrees?\.", truth.because)
    assert f"of the {len(agree)} pairs" in story.AGREEMENT.asked(view)
    assert (truth.right == "all of them") is all(agree.values())
    assert (truth.right == "none") is not any(agree.values())


def test_the_gradient_goes_first_for_as_many_as_are_told():
    view = View(weights="trained")
    unscaled, targets = cached.logits("trained", 0), cached.digits().targets
    lost = gradients.windows(unscaled, targets, view.dtype, "log_of_softmax")
    first = (lost.gradient < lost.loss).sum()
    truth = labs.GRADIENT.truth(view)
    assert truth.because.startswith(f"The gradient first: {first:,} digits.")
    assert truth.right == ("more than two thirds" if first > 2 / 3 * len(targets) else "less")


@pytest.mark.parametrize(
    ("first", "right"), [(0, 0), (1, 0), (16_666, 0), (16_667, 1), (33_333, 1), (33_334, 2), (50_000, 2)]
)
def test_the_share_told_is_that_of_the_digits_counted(monkeypatch, first, right):
    loss = np.full(50_000, 100)
    told = gradients.Windows(np.where(np.arange(len(loss)) < first, 90, 100), loss)
    monkeypatch.setattr(cached_labs, "gradient_windows", lambda _: told)
    truth = labs.GRADIENT.truth(View())
    assert truth.right == labs.GRADIENT.options(View())[right]
    assert ("no digit" in truth.because.split(".")[0]) is (first == 0)
    assert "1 digits" not in truth.because
    assert "The loss first: no digit." in truth.because


def test_the_run_dies_of_what_is_told():
    *_, last = training.run(training.PRESETS["large logits"], cached.digits())
    death = last.formulas["log_of_softmax"].death
    truth = labs.DEATH.truth(View())
    assert truth.right == f"the {death.what}"
    assert f"at step {death.step}" in truth.because
