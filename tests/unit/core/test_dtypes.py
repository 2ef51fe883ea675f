"""Logits enter a float format by one rounding, and numbers leave it in the fewest digits.

The reference is IEEE rounding written with fractions: to the nearest multiple of the step at that size, ties to even.
"""

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from core.dtypes import DTYPES, limits, scaled, shortest, torch_dtype

# Significant bits, and the exponent of the smallest normal number.
FORMATS = {"float16": (11, -14), "bfloat16": (8, -126), "float32": (24, -126), "float64": (53, -1022)}

dtypes = pytest.mark.parametrize("dtype", DTYPES)
narrow_dtypes = pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])


def rounded(value, dtype):
    """The float64 value rounded once to the dtype."""
    if value == 0 or not math.isfinite(value):
        return value
    bits, lowest = FORMATS[dtype]
    exponent = max(math.frexp(value)[1] - 1, lowest)
    step = Fraction(2) ** (exponent - bits + 1)
    nearest = round(Fraction(value) / step) * step  # Python rounds fractions to even
    if abs(nearest) >= Fraction(2) ** (2 - lowest):
        return math.copysign(math.inf, value)
    return math.copysign(float(nearest), value)


def entered(value, dtype):
    return scaled(torch.tensor([value], dtype=torch.float64), 1.0, dtype).double().item()


@st.composite
def near_halfway(draw, dtype):
    """A number between two neighbours of the dtype: exactly halfway, or the float64 just below or above that."""
    bits, lowest = FORMATS[dtype]
    smallest_step = lowest - bits + 1
    step = draw(st.one_of(st.just(smallest_step), st.integers(smallest_step + 1, 2 - lowest - bits)))
    significand = draw(st.integers(0 if step == smallest_step else 2 ** (bits - 1), 2**bits - 1))
    halfway = math.ldexp(2 * significand + 1, step - 1)
    return draw(st.sampled_from([1, -1])) * math.nextafter(halfway, draw(st.sampled_from([halfway, 0.0, math.inf])))


def usual(value, dtype):
    """Left out below: results that are subnormal in bfloat16, less than 1e-37 in size."""
    return dtype != "bfloat16" or value == 0 or abs(value) >= 2.0**-126


@narrow_dtypes
@given(data=st.data())
def test_a_number_between_two_neighbours_goes_to_the_nearer_or_to_the_even_one(dtype, data):
    value = data.draw(near_halfway(dtype).filter(lambda value: usual(value, dtype)))
    assert entered(value, dtype) == rounded(value, dtype)


@narrow_dtypes
@given(logit=st.floats(-100, 100, width=32), scale=st.floats(0.1, 10_000))
def test_a_scaled_logit_is_the_float64_product_rounded_once(dtype, logit, scale):
    if usual(logit * scale, dtype):
        x = scaled(torch.tensor([logit], dtype=torch.float32), scale, dtype)
        assert x.dtype == torch_dtype(dtype)
        assert x.double().item() == rounded(logit * scale, dtype)


@given(
    value=st.one_of(st.floats(allow_nan=False), st.floats(-1e5, 1e5), st.floats(-1e-4, 1e-4), near_halfway("float16"))
)
def test_float16_is_what_numpy_rounds_to_in_one_step(value):
    with np.errstate(over="ignore", under="ignore"):
        expected = np.float64(value).astype(np.float16)
    assert np.float16(entered(value, "float16")).tobytes() == expected.tobytes()


def test_two_roundings_would_go_the_wrong_way():
    """Just above halfway between 1 and its neighbour; in float32 it would be exactly halfway, and the even one is 1."""
    for dtype in ("float16", "bfloat16"):
        eps = torch.finfo(torch_dtype(dtype)).eps
        value = 1 + eps / 2 + 2.0**-40
        assert entered(value, dtype) == 1 + eps
        assert torch.tensor(value, dtype=torch.float64).float().to(torch_dtype(dtype)) == 1


@given(logit=st.floats(-1e300, 1e300), scale=st.floats(0.1, 10_000))
def test_float64_is_the_product_itself(logit, scale):
    assert scaled(torch.tensor([logit], dtype=torch.float64), scale, "float64").item() == logit * scale


@dtypes
def test_beyond_half_a_step_over_the_largest_number_lies_infinity(dtype):
    info = torch.finfo(torch_dtype(dtype))
    bits = FORMATS[dtype][0]
    if dtype == "float64":
        assert scaled(torch.tensor([info.max, -info.max]).double() * 0.5, 4.0, dtype).tolist() == [math.inf, -math.inf]
        return
    edge = info.max * (1 + 2.0**-bits / (2 - info.eps))
    assert entered(math.nextafter(edge, 0), dtype) == info.max
    assert entered(edge, dtype) == math.inf
    assert entered(-edge, dtype) == -math.inf
    assert entered(1e300, dtype) == math.inf


@dtypes
def test_special_values_enter_as_they_are(dtype):
    x = scaled(torch.tensor([math.inf, -math.inf, math.nan, 0.0, -0.0]), 3.0, dtype)
    assert x[:2].tolist() == [math.inf, -math.inf]
    assert x[2].isnan()
    assert x[3:].signbit().tolist() == [False, True]
    assert (x[3:] == 0).all()


@dtypes
def test_one_scale_a_row_is_each_row_scaled(dtype):
    logits, scales = torch.linspace(-3, 3, 12).reshape(3, 4), [0.1, 7.7, 300.0]
    each = [scaled(row, scale, dtype) for row, scale in zip(logits, scales, strict=True)]
    assert torch.equal(scaled(logits, torch.tensor(scales, dtype=torch.float64)[:, None], dtype), torch.stack(each))


@dtypes
def test_scaling_leaves_the_logits_alone_whatever_their_layout(dtype):
    logits = torch.linspace(-3, 3, 12).reshape(3, 4).t()
    before = logits.clone()
    assert torch.equal(scaled(logits, 7.7, dtype), scaled(logits.contiguous(), 7.7, dtype))
    assert torch.equal(logits, before)


@dtypes
def test_a_name_is_the_torch_dtype_of_that_name(dtype):
    assert str(torch_dtype(dtype)) == f"torch.{dtype}"


@pytest.mark.parametrize("name", ["float8", "int32", "Tensor", "", None])
def test_an_unknown_dtype_is_refused_with_the_choices(name):
    for take in (torch_dtype, lambda name: scaled(torch.ones(1), 1.0, name), lambda name: shortest(1.5, name)):
        with pytest.raises(ValueError, match="choose one of float16, bfloat16, float32, float64"):
            take(name)


@dtypes
def test_bisection_finds_the_limits_that_the_format_defines(dtype):
    """Beyond half a step above the largest number, rounding gives inf; up to half the smallest one, 0."""
    bits, lowest = FORMATS[dtype]
    found = limits(dtype)
    with mp.workdps(30):
        assert found.largest == (2 - mpf(2) ** (1 - bits)) * mpf(2) ** (1 - lowest)
        assert found.smallest == mpf(2) ** (lowest - bits + 1)
        assert found.last_finite_exp < mp.log(found.largest + mpf(2) ** (1 - lowest - bits)) < found.first_inf_exp
        last, lost = found.last_nonzero_exp, after(found.last_nonzero_exp, -math.inf, dtype)
        assert lost < mp.log(mpf(found.smallest) / 2) < last
    assert after(found.last_finite_exp, math.inf, dtype) == found.first_inf_exp


def after(value, towards, dtype):
    """The next number of this dtype."""
    x = torch.tensor([value, towards], dtype=torch_dtype(dtype))
    return torch.nextafter(x[0], x[1]).item()


def members(dtype):
    return st.floats(allow_nan=False, allow_infinity=False).map(lambda v: rounded(v, dtype)).filter(math.isfinite)


def near_one(dtype):
    return st.floats(-1000, 1000).map(lambda value: rounded(value, dtype))


def one_digit_less(text):
    """The decimals next to this one, below and above, that have one digit less; none where it has only one."""
    number = Decimal(text)
    digits = len(number.normalize().as_tuple().digits)
    place = Decimal(1).scaleb(number.adjusted() - digits + 2)
    return [float(number.quantize(place, rounding=way)) for way in (ROUND_FLOOR, ROUND_CEILING)] if digits > 1 else []


@dtypes
@given(data=st.data())
def test_shortest_names_its_number_and_no_shorter_decimal_does(dtype, data):
    value = data.draw(st.one_of(near_one(dtype), members(dtype)).filter(lambda value: usual(value, dtype)))
    text = shortest(value, dtype)
    assert rounded(float(text), dtype) == value
    if abs(math.frexp(value)[0]) != 0.5:  # below a power of two numbers are closer, so a farther decimal may be shorter
        assert value not in [rounded(shorter, dtype) for shorter in one_digit_less(text)]


@dtypes
def test_shortest_leaves_what_is_no_number_as_it_is(dtype):
    assert [shortest(value, dtype) for value in (math.inf, -math.inf, math.nan)] == ["inf", "-inf", "nan"]
    assert float(shortest(0.0, dtype)) == 0


@dtypes
def test_shortest_gives_a_tenth_back_as_it_was_written(dtype):
    assert shortest(entered(0.1, dtype), dtype) == "0.1"
    assert shortest(entered(-0.1, dtype), dtype) == "-0.1"
