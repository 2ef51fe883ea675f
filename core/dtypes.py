"""The float formats, and how logits enter them."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import torch
from torch import Tensor

Dtype = Literal["float16", "bfloat16", "float32", "float64"]
DTYPES: tuple[Dtype, ...] = get_args(Dtype)

# float64 carries 52 fraction bits and float32 23; these are the 29 that rounding to float32 drops.
_DROPPED = (1 << 29) - 1


def torch_dtype(dtype: Dtype) -> torch.dtype:
    """`"float32"` -> `torch.float32`. Raises ValueError for a name that is not one of DTYPES."""
    if dtype not in DTYPES:
        raise ValueError(f"dtype is {dtype!r}; choose one of {', '.join(DTYPES)}")
    return getattr(torch, dtype)


def dtype_name(dtype: torch.dtype) -> Dtype:
    """`torch.float32` -> `"float32"`. Raises ValueError for one that is not of DTYPES."""
    for name in DTYPES:
        if torch_dtype(name) == dtype:
            return name
    raise ValueError(f"dtype is {dtype}; choose one of {', '.join(DTYPES)}")


def scaled(logits: Tensor, scale: float | Tensor, dtype: Dtype) -> Tensor:
    """Logits times scale, the float64 product rounded once to the dtype.

    Shape: any -> the same (a tensor of scales broadcasts).
    Edges: a product beyond the dtype's largest value becomes inf, as any rounding there does.

    Multiplying inside a narrow dtype would round twice (the factor, then the product) and change a
    fifth of the logits. PyTorch's own conversion from float64 to the 16-bit formats passes through
    float32, two roundings again; rounding to odd in between makes the pair equal to one
    (Boldo & Melquiond 2008, doi:10.1109/TC.2007.70819).
    """
    product = logits.double() * scale
    if dtype in ("float16", "bfloat16"):
        product = _to_odd_float32(product)
    return product.to(torch_dtype(dtype))


def _to_odd_float32(values: Tensor) -> Tensor:
    """float64 cut to 24 significant bits, the last one set wherever anything was cut off."""
    bits = values.view(torch.int64)
    sticky = (bits & _DROPPED) + _DROPPED  # carries into the last kept bit unless all dropped bits are 0
    return ((bits | sticky) & ~_DROPPED).view(torch.float64).float()


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a float format ends, as torch itself shows it.

    largest:           the largest finite value
    smallest:          the smallest value above 0 (a subnormal)
    last_finite_exp:   the largest x whose exp is finite, and the next value, whose exp is inf
    last_nonzero_exp:  the least x whose exp is not 0
    """

    largest: float
    smallest: float
    last_finite_exp: float
    first_inf_exp: float
    last_nonzero_exp: float


@cache
def limits(dtype: Dtype) -> Limits:
    """The format's limits, found by bisection over its representable numbers."""
    most = _bits(torch.finfo(torch_dtype(dtype)).max, dtype)
    finite = _last(lambda bits: bool(_value(bits, dtype).exp().isfinite()), most)
    nonzero = _last(lambda bits: bool((-_value(bits, dtype)).exp() > 0), most)
    return Limits(
        largest=_value(most, dtype).item(),
        smallest=_value(1, dtype).item(),
        last_finite_exp=_value(finite, dtype).item(),
        first_inf_exp=_value(finite + 1, dtype).item(),
        last_nonzero_exp=-_value(nonzero, dtype).item(),
    )


# Read as integers, positive floats keep their order: the next integer is the next representable number.
_INTEGER = {"float16": torch.int16, "bfloat16": torch.int16, "float32": torch.int32, "float64": torch.int64}


def _value(bits: int, dtype: Dtype) -> Tensor:
    return torch.tensor(bits, dtype=_INTEGER[dtype]).view(torch_dtype(dtype))


def _bits(value: float, dtype: Dtype) -> int:
    return int(torch.tensor(value, dtype=torch_dtype(dtype)).view(_INTEGER[dtype]))


def _last(holds: Callable[[int], bool], high: int) -> int:
    """The last of 0, 1, 2, ... below `high` for which `holds`, which must be true first and then false for good."""
    low = 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def shortest(value: float, dtype: Dtype) -> str:
    """The fewest digits that name this value and no other of its dtype.

    `inf`, `-inf` and `nan` as they are; `0` for both zeros.
    """
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if value == 0:
        return "0"
    becomes_it = _rounding_to(value, dtype)
    return next(text for text in _candidates(value) if becomes_it(float(text)))


def _rounding_to(value: float, dtype: Dtype) -> Callable[[float], bool]:
    """Whether a decimal, rounded once to the dtype, becomes this value."""
    if dtype == "float64":
        return lambda decimal: decimal == value
    info = torch.finfo(torch_dtype(dtype))
    least = info.smallest_normal * info.eps
    fraction, exponent = math.frexp(abs(value))
    gap = max(math.ldexp(info.eps, exponent - 1), least)
    even = abs(value) / gap % 2 == 0
    below = gap / 4 if fraction == 0.5 and gap > least else gap / 2  # the gap narrows at a power of two

    def becomes_it(decimal: float) -> bool:
        off = abs(decimal) - abs(value)  # exact where it matters: close numbers subtract without rounding
        return -below < off < gap / 2 or (even and off in (-below, gap / 2))

    return becomes_it


def _candidates(value: float) -> Iterator[str]:
    """Ever longer decimals, as a reader would write them; the last names any float64."""
    for digits in range(1, 17):
        rounded = float(f"{value:.{digits - 1}e}")
        if not 1e-4 <= abs(rounded) < 1e7:
            yield f"{value:.{digits}g}"
        else:
            yield str(int(rounded)) if rounded == int(rounded) else repr(rounded)
    yield repr(value)
