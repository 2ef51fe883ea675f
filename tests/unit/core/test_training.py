"""Every formula trained side by side: who dies, when, by which digit and of what, the same each time."""

import math
from itertools import islice

import pytest
import torch
import torch.nn.functional as F

from core.backward import backward_walk
from core.data import Digits
from core.dtypes import scaled, torch_dtype
from core.gradients import gradients, windows
from core.losses import FORMULAS
from core.model import BATCH_SIZE, logits_of, seeded_model, train_epoch
from core.sweep import HEADLINE, SCALES
from core.training import PRESETS, ROWS, STEPS, Setting, run

NAIVE, UNSHIFTED, LSE, TORCH = HEADLINE
ALL = len(HEADLINE)


@pytest.fixture(scope="module")
def streams(digits):
    """Every step of every preset."""
    return {name: list(run(setting, digits)) for name, setting in PRESETS.items()}


def deaths(stream):
    return {name: progress.death for name, progress in stream[-1].formulas.items() if progress.death}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("scale", 0.09),
        ("scale", 1_001.0),
        ("scale", math.nan),
        ("lr", 0.0),
        ("lr", 5.1),
        ("seed", 3),
        ("loss_dtype", "float8"),
    ],
)
def test_a_setting_outside_its_limits_names_the_field(field, value):
    with pytest.raises(ValueError, match=f"^{field} is "):
        Setting(**{field: value})


def test_training_needs_all_its_digits(digits):
    few = Digits(digits.images[: ROWS - 1], digits.targets[: ROWS - 1])
    with pytest.raises(ValueError, match="first 5,000 digits; here are only 4,999"):
        next(run(Setting(), few))


@pytest.mark.parametrize("preset", PRESETS)
def test_every_step_tells_of_every_formula_and_accuracy_comes_with_the_last(streams, preset):
    stream = streams[preset]
    assert [step.number for step in stream] == list(range(1, STEPS + 1))
    assert (STEPS - 1) * BATCH_SIZE < ROWS <= STEPS * BATCH_SIZE
    assert all(tuple(step.formulas) == HEADLINE for step in stream)
    assert all(p.accuracy is None for step in stream[:-1] for p in step.formulas.values())
    assert all(0 < p.accuracy < 1 for p in stream[-1].formulas.values())


def story(stream):
    """All that a stream says, as text, so that nan equals nan and every bit counts."""
    return [
        (step.number, name, repr(p), p.death and p.death.logits.tolist())
        for step in stream
        for name, p in step.formulas.items()
    ]


@pytest.mark.parametrize("preset", ["half precision, smaller steps", "large logits"])
def test_the_same_setting_gives_the_same_stream_bit_for_bit(streams, digits, preset):
    torch.rand(3)
    assert story(run(PRESETS[preset], digits)) == story(streams[preset])


def test_seeds_give_different_streams(digits):
    firsts = [next(run(Setting(seed=seed), digits)).formulas[TORCH].loss for seed in (0, 1, 2)]
    assert len(set(firsts)) == 3


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_the_first_loss_is_the_mean_in_the_loss_dtype(digits, dtype):
    first = Digits(digits.images[:BATCH_SIZE], digits.targets[:BATCH_SIZE])
    x = (logits_of(seeded_model(2), first).double() * 30).to(torch_dtype(dtype))
    step = next(run(Setting(loss_dtype=dtype, scale=30.0, seed=2), digits))
    for name, progress in step.formulas.items():
        assert progress.loss == FORMULAS[name].per_sample(x, first.targets).mean().item()


def test_at_the_notebooks_own_settings_nothing_dies_and_every_formula_learns_as_the_notebook_does(streams, digits):
    stream = streams["the notebook's own"]
    assert PRESETS["the notebook's own"] == Setting(loss_dtype="float32", scale=1.0, lr=0.5, seed=0)
    assert deaths(stream) == {}
    taken = Digits(digits.images[:ROWS], digits.targets[:ROWS])
    model = seeded_model(0)
    train_epoch(model, taken)
    x = logits_of(model, taken)
    expected = (x.argmax(-1) == taken.targets).double().mean().item()
    assert [p.accuracy for p in stream[-1].formulas.values()] == pytest.approx([expected] * ALL, abs=0.002)
    assert expected > 0.8


@pytest.mark.parametrize(
    ("preset", "naive", "cause"),
    [
        ("half precision", "loss", "exp overflows"),
        ("half precision, smaller steps", "gradient", "0 / 0 in log's backward"),
        ("large logits", "gradient", "0 / 0 in log's backward"),
    ],
)
def test_each_other_preset_kills_the_first_two_formulas_and_spares_the_stable_ones(streams, preset, naive, cause):
    found = deaths(streams[preset])
    assert set(found) == {NAIVE, UNSHIFTED}
    assert (found[NAIVE].what, found[NAIVE].cause) == (naive, cause)
    assert (found[UNSHIFTED].what, found[UNSHIFTED].cause) == ("loss", "exp overflows")
    assert 1 < found[NAIVE].step <= found[UNSHIFTED].step < STEPS
    if naive == "gradient":
        assert found[NAIVE].step < found[UNSHIFTED].step
        assert math.isfinite(streams[preset][-1].formulas[NAIVE].loss)
    last = streams[preset][-1].formulas
    assert min(last[LSE].accuracy, last[TORCH].accuracy) > 0.6


@pytest.mark.parametrize("preset", list(PRESETS)[:3])
def test_a_death_names_a_digit_of_its_step_that_shows_it(streams, digits, preset):
    for formula, death in deaths(streams[preset]).items():
        assert (death.step - 1) * BATCH_SIZE <= death.row < death.step * BATCH_SIZE
        assert death.target == digits.targets[death.row]
        assert death.logits.dtype == torch_dtype(PRESETS[preset].loss_dtype)
        assert not death.logits.requires_grad
        x, target = death.logits[None], torch.tensor([death.target])
        loss_is_finite = FORMULAS[formula].per_sample(x, target).isfinite().item()
        assert loss_is_finite == (death.what == "gradient")
        assert not gradients(formula, x, target, 1 / BATCH_SIZE).isfinite().all()
        assert 0 < death.lost <= 784 * 50 + 50 + 50 * 10 + 10


@pytest.mark.parametrize("preset", list(PRESETS)[:3])
def test_until_its_death_all_is_finite_and_afterwards_nothing_changes(streams, preset):
    stream = streams[preset]
    for formula, death in deaths(stream).items():
        before = [step.formulas[formula] for step in stream[: death.step - 1]]
        assert all(p.alive and p.gradient_finite and math.isfinite(p.loss) for p in before)
        after = [step.formulas[formula] for step in stream[death.step - 1 :]]
        assert not any(p.alive for p in after)
        assert all(p.death is death and repr(p.loss) == repr(after[0].loss) for p in after)
        assert math.isfinite(after[0].loss) == (death.what == "gradient")


def first_batch(digits, setting):
    """Scaled logits and targets of the first batch, before any update."""
    first = Digits(digits.images[:BATCH_SIZE], digits.targets[:BATCH_SIZE])
    return scaled(logits_of(seeded_model(setting.seed), first), setting.scale, setting.loss_dtype), first.targets


@pytest.mark.parametrize(("scale", "what"), [(239.883, "gradient"), (400.0, "loss")])
def test_the_digit_named_is_the_first_of_its_batch(digits, scale, what):
    setting = Setting(scale=scale)
    x, targets = first_batch(digits, setting)
    bad = {
        "loss": ~FORMULAS[NAIVE].per_sample(x, targets).isfinite(),
        "gradient": ~gradients(NAIVE, x, targets, 1 / BATCH_SIZE).isfinite().all(-1),
    }
    step = next(run(setting, digits))
    death = step.formulas[NAIVE].death
    expected = int(bad[what].nonzero()[0])
    assert expected > 0
    assert (death.step, death.what, death.row) == (1, what, expected)
    assert torch.equal(death.logits, x[expected])


def test_an_infinite_loss_with_a_finite_gradient_is_a_death_that_would_have_lost_no_weight(logits, digits):
    """Unshifted, a sum that overflows with no exp overflowing: the update would have been finite and wrong.

    In a batch of different digits the largest logit overflows first, so here every digit is the same.
    """
    found = windows(logits["untrained"][:ROWS], digits.targets[:ROWS], "float32", UNSHIFTED)
    (row, *_) = (found.loss < found.gradient).nonzero()[0]
    same = Digits(digits.images[row].expand(ROWS, -1), digits.targets[row].expand(ROWS))
    progress = next(run(Setting(scale=SCALES[found.loss[row]]), same)).formulas[UNSHIFTED]
    assert progress.gradient_finite
    assert progress.loss == math.inf
    assert (progress.death.what, progress.death.cause, progress.death.lost) == ("loss", "sum overflows", 0)


def test_the_cause_is_that_within_the_mean(digits):
    """Alone, this digit's 1 / p overflows first; in a mean of 64 that is finite, and a lost class comes first."""
    same = Digits(digits.images[4810].expand(ROWS, -1), digits.targets[4810].expand(ROWS))
    death = next(run(Setting(loss_dtype="float16", scale=48.0), same)).formulas[NAIVE].death
    assert backward_walk(NAIVE, death.logits, death.target).cause == "finite / finite in log's backward"
    assert (death.what, death.cause) == ("gradient", "0 / 0 in log's backward")


def test_a_dead_formula_keeps_the_weights_it_had(digits):
    """Dead in the first step, it answers as the untrained network."""
    setting = Setting(scale=1_000.0, seed=1)
    last = list(run(setting, digits))[-1].formulas[NAIVE]
    assert last.death.step == 1
    untrained = logits_of(seeded_model(1), Digits(digits.images[:ROWS], digits.targets[:ROWS]))
    assert last.accuracy == (untrained.argmax(-1) == digits.targets[:ROWS]).double().mean().item()


def test_logits_beyond_half_precision_kill_even_f_cross_entropy(digits):
    steps = list(islice(run(Setting(loss_dtype="float16", scale=1_000.0), digits), 3))
    death = steps[-1].formulas[TORCH].death
    assert (death.what, death.cause) == ("loss", "logit overflows")
    assert not F.cross_entropy(death.logits, torch.tensor(death.target)).isfinite()


def test_a_stream_can_be_left_after_any_step(digits):
    stream = run(Setting(), digits)
    first = next(stream)
    kept = {name: p.loss for name, p in first.formulas.items()}
    next(stream)
    assert {name: p.loss for name, p in first.formulas.items()} == kept
    stream.close()
    assert list(stream) == []
