"""The labs: what they say is what torch and the closed form say, also at views where everything fails."""

import re

import numpy as np
import pytest

from core import training
from core.dtypes import scaled
from core.gradients import gradients
from core.losses import FORMULAS
from core.outcomes import CAUSES
from core.sweep import NEVER
from core.view import View
from pages.parts import cached, cached_labs
from tests.app.test_break_it import text
from tests.app.test_chapters import on


def test_overflow_shows_predicted_beside_measured(open_link):
    shown = text(on(open_link, "labs/overflow.py", scale="300"))
    nll = cached.nll(View(scale=300.0), "log_of_softmax")
    lost = int((~nll.isfinite()).sum())
    assert f"finite {50_000 - lost:,} {50_000 - lost:,}" in re.sub(r"\s+", " ", shown)
    assert "They agree on every one of the 50,000 digits." in shown


def test_an_error_that_is_no_number_has_no_sign(open_link):
    shown = text(on(open_link, "labs/accuracy.py"))
    assert "nan" in shown
    assert "+nan" not in shown


def test_the_predicted_first_failure_is_where_torch_fails_first(open_link):
    app = on(open_link, "labs/overflow.py")
    shown = text(app)
    said = re.search(r"Predicted: digit ([\d,]+) is the first to go, at ×([\d.]+)\.", shown)
    assert said
    (folded,) = app.expander  # what the page asks to guess
    assert said[0] in folded.markdown[0].value
    assert not any(said[2] in it.value for it in app.caption)
    scale, digit = float(said[2]), int(said[1].replace(",", ""))
    row = cached.logits("untrained", 0)[digit : digit + 1]
    targets = cached.digits().targets[digit : digit + 1]
    for factor, finite in ((1 - 1e-5, True), (1 + 1e-5, False)):
        nll = FORMULAS["log_of_softmax"].per_sample(scaled(row, scale * factor, "float32"), targets)
        assert bool(nll.isfinite().all()) is finite


@pytest.mark.parametrize("formula", FORMULAS)
def test_every_formula_can_be_chosen_on_the_overflow_lab(open_link, formula):
    app = on(open_link, "labs/overflow.py", scale="3000", dtype="float16", weights="trained")
    app.selectbox(key="overflow_formula").select(formula).run()
    assert not app.exception
    told, found = cached_labs.causes(View(3000.0, "float16", "trained"), formula)
    assert (told != found).sum() <= 5
    assert all(CAUSES[code] in text(app) for code in np.unique(found) if code)


def test_the_gradient_lab_counts_who_lost_what(open_link):
    shown = text(on(open_link, "labs/gradients.py", scale="250"))
    view = View(scale=250.0)
    rows = cached_labs.fates(view)[0]
    x, targets = cached_labs.scaled_rows(view, rows), cached.digits().targets[rows]
    naive = FORMULAS["log_of_softmax"].per_sample(x, targets).isfinite()
    gradient = gradients("log_of_softmax", x, targets).isfinite().all(-1)
    assert (naive & ~gradient).any()
    assert f"loss finite, gradient not: {int((naive & ~gradient).sum())}" in shown
    assert f"neither finite: {int((~naive).sum())}" in shown


def test_where_on_the_losses_does_not_save_the_weights(open_link):
    shown = re.sub(r"\s+", " ", text(on(open_link, "labs/gradients.py", scale="300")))
    assert "where(bad, 0, naive losses)" in shown
    assert re.search(r"where\(bad, 0, naive losses\) [\d.]+ 500 of 500 500", shown)
    assert re.search(r"naive losses of where\(bad, 0, logits\) [\d.]+ 0 of 500 0", shown)
    assert "too late" in shown


def test_a_gradient_is_walked_back_to_the_operation_that_lost_it(open_link):
    app = on(open_link, "labs/gradients.py")
    app.text_input(key="typed_row").set_value("0 1 -104.5")
    app.number_input(key="typed_target").set_value(1).run()
    assert "Walking back, the gradient is lost in log's backward at class 2: 0 / 0 is nan" in (
        text(app).replace("-0 /", "0 /")
    )


@pytest.mark.parametrize("name", training.PRESETS)
def test_a_preset_ends_as_the_lab_says(open_link, name):
    preset = training.PRESETS[name]
    view = View(scale=preset.scale, dtype=preset.loss_dtype, seed=preset.seed)
    app = on(open_link, "labs/training.py", **view.parameters())
    app.number_input(key="lr").set_value(preset.lr).run()
    next(button for button in app.button if button.label == "Train").click().run()
    assert not app.exception
    shown = text(app)
    death = cached_labs.trained(name).formulas["log_of_softmax"].death
    if name == "the notebook's own":
        assert death is None
        assert "no formula died" in shown
    else:
        assert death is not None
        assert f"step {death.step}" in shown
        assert f"What killed log of softmax (naive): digit {death.row:,}" in shown
        of_the_mean = f"(softmax - one-hot) / {training.BATCH_SIZE}"
        assert (of_the_mean in shown) == (death.what == "gradient")


@pytest.mark.parametrize(
    ("query", "rate", "said"),
    [
        ({"dtype": "float16", "scale": "100"}, 0.5, "all 4 formulas died."),
        ({"dtype": "bfloat16", "seed": "1"}, 5.0, "1 formula died."),
        ({"dtype": "float16"}, 0.5, "2 formulas died."),
        ({"dtype": "bfloat16"}, 0.5, "no formula died."),
    ],
)
def test_a_run_says_how_many_formulas_died(open_link, query, rate, said):
    app = on(open_link, "labs/training.py", **query)
    app.number_input(key="lr").set_value(rate).run()
    next(button for button in app.button if button.label == "Train").click().run()
    assert said in app.caption[0].value


def test_training_out_of_bounds_says_what_is_allowed(open_link):
    app = on(open_link, "labs/training.py", scale="5000")
    assert "scale is 5000.0; it must be 0.1 to 1000" in app.warning[0].value
    assert next(button for button in app.button if button.label == "Train").disabled


@pytest.mark.parametrize("rate", ["abc", "1e999", "-1", "nan", ""])
def test_junk_as_a_learning_rate_falls_back(open_link, rate):
    app = on(open_link, "labs/training.py", lr=rate)
    assert not app.exception
    assert app.number_input(key="lr").value == training.Setting().lr


def test_the_accuracy_lab_counts_zeros_over_all_digits(open_link):
    shown = re.sub(r"\s+", " ", text(on(open_link, "labs/accuracy.py", weights="trained")))
    zeros = int((cached.nll(View(weights="trained"), "torch_cross_entropy") == 0).sum())
    assert zeros > 0
    assert re.search(rf"F\.cross_entropy [\d.e+]+ [\d.e+]+ 0 \d+ {zeros:,}", shown)


def test_the_accuracy_lab_shows_what_goes_wrong_on_purpose(open_link):
    app = on(open_link, "labs/accuracy.py")
    shown = re.sub(r"\s+", " ", text(app))
    assert "unshifted log-sum-exp float32 -0.27893 0.40761" in shown
    assert "F.cross_entropy float16 inf 11.09" in shown
    assert "Tensor.mean float16 30 30" in shown
    app.number_input(key="Count of losses, each 30_float32").set_value(10.0).run()
    assert "mean of 10 losses F.cross_entropy float16 30 30" in re.sub(r"\s+", " ", text(app))


def test_fifty_digits_that_are_wrong(open_link):
    app = on(open_link, "labs/accuracy.py")
    app.text_input(key="typed_row").set_value("100 0 0").run()
    digits = re.findall(r"`([\d.E+-]+)`", text(app).replace("e-", "E-"))
    certified, textbook = map(float, digits[:2])
    assert 1e-12 < abs(textbook / certified - 1) < 1e-6


@pytest.mark.parametrize("page", ["labs/accuracy.py", "labs/gradients.py"])
@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("", "There is no logit here"),
        ("one two", "'one' is not a number"),
        ("1e999", "1e999 cannot be a logit here"),
        ("90000", "90000 is beyond the largest float16"),
        ("-inf -inf", "Every class is masked"),
        ("-inf 1", "The target, class 0, is masked"),
    ],
)
def test_what_is_no_row_gets_a_sentence(open_link, page, row, said):
    app = on(open_link, page, dtype="float16")
    app.text_input(key="typed_row").set_value(row).run()
    assert not app.exception
    assert any(said in note.value for note in app.warning)


@pytest.mark.parametrize("page", ["labs/accuracy.py", "labs/gradients.py"])
@pytest.mark.parametrize(
    "row", ["5", "1 -inf", "3 3 3", "1e30 -1e30", "0 -200", "-300 -300", "80 80 80 80 80 80 80 80 80"]
)
def test_any_row_is_walked_and_certified(open_link, page, row):
    app = on(open_link, page)
    app.text_input(key="typed_row").set_value(row).run()
    assert not app.exception
    assert not app.warning


def test_without_the_reference_the_accuracy_lab_says_what_is_missing(open_link, monkeypatch):
    from core import reference

    cached_labs._accuracy.clear()
    cached_labs._medians.clear()
    monkeypatch.setattr(reference, "AVAILABLE", False)
    app = on(open_link, "labs/accuracy.py")
    assert not app.exception
    assert ["pip install python-flint" in note.value for note in app.info] == [True]
    assert "held against" not in text(app).replace("hold each loss against", "")


@pytest.mark.parametrize("formula", FORMULAS)
def test_what_is_predicted_over_the_track_is_what_the_table_says_at_its_end(formula):
    """A class that is not the target and becomes -inf loses no digit, by the closed form neither."""
    view = View(10_000.0, "float16", "trained", 2)
    told, found = cached_labs.causes(view, formula)
    unscaled, targets = cached.logits("trained", 2), cached.digits().targets
    nll = FORMULAS[formula].per_sample(scaled(unscaled, view.scale, view.dtype), targets)
    assert (told == found).all()
    assert int((found > 0).sum()) == int((~nll.isfinite()).sum())
    forecast = cached_labs.forecast(view, formula)
    assert forecast.causes[-1].tolist() == np.bincount(found, minlength=len(CAUSES)).tolist()
    assert int((forecast.predicted < NEVER).sum()) == int((forecast.measured < NEVER).sum()) == int((found > 0).sum())
