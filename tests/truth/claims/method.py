"""What the page about the method says."""

import math

import torch

from tests.truth import torch_says
from tests.truth.claims.claim import Claim, claim
from tests.truth.torch_says import STEPS

_FINFO = {name: torch.finfo(getattr(torch, name)) for name in ("float16", "bfloat16", "float32", "float64")}

CLAIMS: tuple[Claim, ...] = (
    claim(
        "how many digits train", r"The first ([\d,]+) train", lambda it, _: it[1] == f"{len(torch_says.targets()):,}"
    ),
    claim(
        "how many scales the sweep holds",
        r"holds (\d+) scales, (\d+) to a factor of ten\.",
        lambda it, _: it.groups() == (f"{len(STEPS)}", f"{sum(1 <= scale < 10 for scale in STEPS)}"),
    ),
    claim(
        "where overflow begins",
        r"Largest: (\S+) in float16, (\S+) in bfloat16, (\S+) in float32, (\S+) in float64\.",
        lambda it, _: list(it.groups()) == [f"{info.max:.5g}" for info in _FINFO.values()],
    ),
    claim(
        "a result half a gap beyond the largest number becomes inf",
        r"a result half a gap or more beyond the largest number of the dtype becomes inf\.",
        lambda *_: (
            torch.tensor(65504.0 + 16).half().isinf()
            and torch.tensor(65504.0 + 15.9).half().isfinite()
            and torch.tensor(torch.finfo(torch.float32).max + 2.0**103, dtype=torch.float64).float().isinf()
        ),
    ),
    claim(
        "where underflow begins",
        r"Smallest: (\S+) in float16, (\S+) in bfloat16, (\S+) in float32, (\S+) in float64\.",
        lambda it, _: all(
            math.isclose(float(text), info.smallest_normal * info.eps, rel_tol=0.05)
            for text, info in zip(it.groups(), _FINFO.values(), strict=True)
        ),
    ),
    claim(
        "16-bit sums are held in float32",
        r"sums of 16-bit floats are held in float32 and rounded once\.",
        lambda *_: torch.full((4096,), 1.0, dtype=torch.bfloat16).sum() == 4096,
    ),
)
