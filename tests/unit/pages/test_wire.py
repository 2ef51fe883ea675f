"""What is encoded for the browser comes out the same, read as `frames.js` reads it."""

import json
import math
import struct

import numpy as np
import pytest

from core.sweep import Frame
from pages.parts.scrubber import wire

FORMULAS = ("one", "two", "three")
PER_FRAME = {"loss": "<f8", "outcomes": "<i4", "causes": "<i4", "levels": "<i2", "bins": "<i4"}


def made_up(seed):
    """A frame whose arrays are of odd sizes, with every kind of loss."""
    draw = np.random.default_rng(seed)
    loss = np.array([[-0.0, math.nan, 5e-324], [math.inf, -math.inf, 1e308]][seed % 2])
    counts = (-(2**31), 2**31 - 1)
    return Frame(
        formulas=FORMULAS,
        loss=loss,
        outcomes=draw.integers(*counts, (3, 5), np.int32),
        causes=draw.integers(*counts, (3, 7), np.int32),
        levels=draw.integers(-(2**15), 2**15 - 1, (1, 3), np.int16),
        bins=draw.integers(*counts, (1, 9), np.int32),
    )


def header_of(payload):
    """The JSON header, and where the arrays begin."""
    (length,) = struct.unpack_from("<I", payload)
    return json.loads(payload[4 : 4 + length]), 4 + length


def decoded(payload):
    header, start = header_of(payload)
    arrays = {}
    for name, place in header["arrays"].items():
        kind = np.dtype(place["dtype"]).newbyteorder("<")
        count = math.prod(place["shape"])
        arrays[name] = np.frombuffer(payload, kind, count, start + place["offset"]).reshape(place["shape"])
    return header["formulas"], arrays


@pytest.mark.parametrize("count", [1, 2, 5])
def test_every_array_of_every_frame_comes_out_bit_for_bit(count):
    frames = [made_up(seed) for seed in range(count)]
    scales = [0.1 * 3**k for k in range(count)]
    formulas, arrays = decoded(wire.encode(frames, scales))
    assert formulas == list(FORMULAS)
    assert list(arrays) == ["scales", *PER_FRAME]
    assert arrays["scales"].tolist() == scales
    for name, kind in PER_FRAME.items():
        assert arrays[name].dtype == np.dtype(kind)
        for step, frame in enumerate(frames):
            assert arrays[name][step].shape == getattr(frame, name).shape
            assert arrays[name][step].tobytes() == getattr(frame, name).tobytes()


def test_non_finite_losses_travel_as_they_are():
    _, arrays = decoded(wire.encode([made_up(0), made_up(1)], [1.0, 2.0]))
    assert math.isnan(arrays["loss"][0, 1])
    assert math.copysign(1, arrays["loss"][0, 0]) == -1
    assert arrays["loss"][1].tolist() == [math.inf, -math.inf, 1e308]


def test_further_arrays_travel_along():
    strip_nll = np.array([[math.nan, 1.5, -math.inf]])
    _, arrays = decoded(wire.encode([made_up(0)], [300.0], strip_nll=strip_nll))
    assert arrays["strip_nll"].tobytes() == strip_nll.tobytes()


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("extra", ["n", "name", "a_longer_name"])
def test_every_array_begins_at_a_multiple_of_eight_bytes(count, extra):
    payload = wire.encode([made_up(seed) for seed in range(count)], [1.0] * count, **{extra: np.ones(3, np.int16)})
    header, start = header_of(payload)
    assert start % 8 == 0
    assert all(place["offset"] % 8 == 0 for place in header["arrays"].values())
    assert len(payload) % 8 == 0


def test_arrays_neither_overlap_nor_leave_gaps_of_eight_bytes():
    payload = wire.encode([made_up(0), made_up(1)], [1.0, 2.0])
    header, start = header_of(payload)
    end = 0
    for place in header["arrays"].values():
        assert 0 <= place["offset"] - end < 8
        end = place["offset"] + math.prod(place["shape"]) * np.dtype(place["dtype"]).itemsize
    assert 0 <= len(payload) - start - end < 8


def test_arrays_in_any_memory_order_are_written_row_by_row_and_little_endian():
    original = np.arange(6, dtype=np.int32).reshape(2, 3)
    for laid_out in (np.asfortranarray(original), original.astype(">i4"), np.repeat(original, 2, axis=1)[:, ::2]):
        _, arrays = decoded(wire.encode([made_up(0)], [1.0], extra=laid_out))
        assert arrays["extra"].tolist() == original.tolist()
