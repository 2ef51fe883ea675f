"""A Frame: what is shown of one scale, and what makes two of them the same."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core import sweep
from core.dtypes import DTYPES, scaled
from core.losses import FORMULAS
from core.outcomes import CAUSES, OUTCOMES, facts
from core.sweep import BIN_DECADES, BINS, BINS_PER_DECADE, HEADLINE, SCALES, STRIP_FORMULAS, frame, frames, losses
from core.together import Together

ROWS = 600
STRIP = np.arange(0, ROWS, 3)


def frame_at(logits, digits, scale, dtype, formulas=FORMULAS, strip=STRIP):
    targets = digits.targets[: len(logits)]
    x = scaled(logits, scale, dtype)
    return frame(losses(x, targets, formulas), facts(x, targets), strip)


def frame_of_losses(values, dtype=torch.float32):
    """A frame in which every formula gave these losses."""
    nll = torch.tensor(values, dtype=dtype)
    logits, targets = torch.zeros(len(values), 2, dtype=dtype), torch.zeros(len(values), dtype=torch.int64)
    return frame(dict.fromkeys(STRIP_FORMULAS, nll), facts(logits, targets), np.arange(len(values)))


@pytest.fixture(scope="module")
def few(logits):
    return logits["untrained"][:ROWS]


@pytest.fixture(scope="module")
def broken(few, digits):
    """A frame with nan, inf and finite losses."""
    return frame_at(few, digits, 700.0, "float32")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("weights", "scale"), [("untrained", 1), ("untrained", 300), ("trained", 5000)])
def test_every_row_is_counted_once_in_outcomes_causes_and_bins(logits, digits, weights, scale, dtype):
    shown = frame_at(logits[weights], digits, scale, dtype)
    assert shown.formulas == tuple(FORMULAS)
    assert shown.outcomes.shape == (len(FORMULAS), len(OUTCOMES))
    assert shown.causes.shape == (len(FORMULAS), len(CAUSES))
    assert shown.bins.shape == (len(STRIP_FORMULAS), len(BINS))
    for counts in (shown.outcomes, shown.causes, shown.bins):
        assert counts.dtype == np.int32
        assert (counts.sum(-1) == 50_000).all()
    assert (shown.outcomes[:, 0] == shown.causes[:, 0]).all()
    for name, bins in zip(STRIP_FORMULAS, shown.bins, strict=True):
        outcome = dict(zip(OUTCOMES, shown.outcomes[shown.formulas.index(name)], strict=True))
        assert (bins[BINS.index("+inf")], bins[BINS.index("nan")]) == (outcome["+inf"], outcome["nan"])


def test_at_scale_300_the_naive_loss_is_not_finite_and_the_stable_ones_are(logits, digits):
    shown = frame_at(logits["untrained"], digits, 300.0, "float32")
    by_name = dict(zip(shown.formulas, shown.loss, strict=True))
    assert not math.isfinite(by_name["log_of_softmax"])
    truth = F.cross_entropy(logits["untrained"].double() * 300, digits.targets).item()
    for name in ("lse_log_softmax", "shifted_log_softmax", "torch_log_softmax", "log1p_nll", "torch_cross_entropy"):
        assert by_name[name] == pytest.approx(truth, rel=1e-5)
        assert shown.outcomes[shown.formulas.index(name)].tolist() == [50_000, 0, 0, 0]


def test_the_strip_shows_its_rows_in_its_order(few, digits):
    strip = np.array([17, 3, 599, 0])
    shown = frame_at(few, digits, 300.0, "float32", strip=strip)
    nll = losses(scaled(few, 300.0, "float32"), digits.targets[:ROWS], STRIP_FORMULAS)
    assert shown.levels.shape == (2, 4)
    for levels, name in zip(shown.levels, STRIP_FORMULAS, strict=True):
        assert levels.tolist() == sweep.levels_of(nll[name])[[17, 3, 599, 0]].tolist()


def test_the_mean_is_taken_in_float64():
    assert frame_of_losses([30.0] * 3000, torch.float16).loss.tolist() == [30, 30]  # their sum exceeds float16
    shown = frame_of_losses([2.0**24, 1.0], torch.float32)  # their sum has 25 bits, float32 only 24
    assert shown.loss.dtype == np.float64
    assert shown.loss.tolist() == [2.0**23 + 0.5] * 2


@pytest.mark.parametrize(("values", "mean"), [([1, math.inf], math.inf), ([1, -math.inf], -math.inf), ([1, 2, 6], 3)])
def test_the_mean_of_infinities_is_infinite(values, mean):
    assert frame_of_losses(values).loss[0] == mean


@pytest.mark.parametrize("values", [[1, math.nan], [math.inf, -math.inf]])
def test_the_mean_of_nan_or_of_opposite_infinities_is_nan(values):
    assert math.isnan(frame_of_losses(values).loss[0])


def test_each_bin_takes_the_losses_of_its_part_of_a_decade():
    inner = BINS_PER_DECADE * (BIN_DECADES[1] - BIN_DECADES[0])
    middles = [10 ** (BIN_DECADES[0] + (k + 0.5) / BINS_PER_DECADE) for k in range(inner)]
    bins = frame_of_losses(middles).bins[0]
    assert {name: count for name, count in zip(BINS, bins, strict=True) if count} == dict.fromkeys(range(inner), 1)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (0.0, "zero"),
        (-0.0, "zero"),
        (1e-30, "below"),
        (0.9e-6, "below"),
        (1.001e-6, 0),
        (0.99e6, BINS_PER_DECADE * (BIN_DECADES[1] - BIN_DECADES[0]) - 1),
        (1.01e6, "above"),
        (1e30, "above"),
        (math.inf, "+inf"),
        (math.nan, "nan"),
        (-math.inf, "other"),
        (-0.3, "other"),
    ],
)
def test_losses_outside_the_decades_have_bins_of_their_own(value, name):
    bins = frame_of_losses([value] * 5).bins
    assert [dict(zip(BINS, row, strict=True))[name] for row in bins] == [5, 5]


def test_a_frame_of_fewer_formulas_is_the_frame_of_these_alone(few, digits, broken):
    some = ("torch_cross_entropy", "log_of_softmax", "lse_log_softmax")
    alone = frame_at(few, digits, 700.0, "float32", formulas=some)
    assert broken.of(some).formulas == some
    assert broken.of(some).same_as(alone)
    assert broken.formulas == tuple(FORMULAS), "the frame itself is left as it was"
    with pytest.raises(ValueError, match="not in tuple"):
        alone.of(("log1p_nll",))


def test_a_frame_computed_again_is_the_same_nan_for_nan(few, digits, broken):
    assert np.isnan(broken.loss).any()
    assert broken.same_as(frame_at(few, digits, 700.0, "float32"))


@pytest.mark.parametrize("name", [field.name for field in fields(sweep.Frame) if field.name != "formulas"])
def test_frames_that_differ_in_one_bit_are_not_the_same(broken, name):
    array = getattr(broken, name).copy()
    finite = np.flatnonzero(np.isfinite(array))[-1]
    array.reshape(-1).view(f"i{array.itemsize}")[finite] ^= 1
    assert not broken.same_as(replace(broken, **{name: array}))


def test_frames_of_other_formulas_are_not_the_same(broken):
    assert not broken.same_as(broken.of(HEADLINE))
    assert not broken.same_as(replace(broken, formulas=broken.formulas[::-1]))


def test_nan_is_not_the_same_as_a_number(broken):
    assert not broken.same_as(replace(broken, loss=np.nan_to_num(broken.loss, nan=2.3)))
    assert not replace(broken, loss=np.nan_to_num(broken.loss, nan=2.3)).same_as(broken)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_the_frames_of_the_grid_are_those_of_each_scale_alone(few, digits, dtype):
    found = list(frames(few, digits.targets[:ROWS], dtype, STRIP))
    assert len(found) == len(SCALES)
    for scale, shown in zip(SCALES, found, strict=True):
        assert shown.same_as(frame_at(few, digits, scale, dtype, formulas=HEADLINE))


def test_frames_of_other_scales_come_in_the_order_they_are_asked_for(few, digits):
    scales = (300.0, 0.1, 1234.5, 10_000.0, 7.0)
    found = frames(few, digits.targets[:ROWS], "float32", STRIP, scales=scales)
    for scale, shown in zip(scales, found, strict=True):
        assert shown.same_as(frame_at(few, digits, scale, "float32", formulas=HEADLINE))


def test_frames_are_computed_only_when_asked_for(few, digits, monkeypatch):
    computed = []
    monkeypatch.setattr(sweep, "Together", lambda *args: computed.append(1) or Together(*args))
    found = frames(few, digits.targets[:ROWS], "float32", STRIP)
    assert computed == []
    next(found)
    next(found)
    assert len(computed) == 2
