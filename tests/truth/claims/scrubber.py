"""What the scrubber says, on Break it and in the overflow lab."""

from tests.truth import torch_says
from tests.truth.claims.claim import Claim, claim
from tests.truth.torch_says import FORMULAS

_PAIRS = len(FORMULAS) * (len(FORMULAS) - 1) // 2

CLAIMS: tuple[Claim, ...] = (
    claim(
        "how many pairs of formulas agree",
        r"Torch ran all (\d+) formulas on the ([\d,]+) digits at ×(\S+) in (\w+): (\d+) of their (\d+) pairs agrees? ",
        lambda it, view: (
            it.groups()
            == (
                f"{len(FORMULAS)}",
                f"{len(torch_says.targets()):,}",
                f"{view.scale:g}",
                view.dtype,
                f"{torch_says.pairs_agreeing(view)}",
                f"{_PAIRS}",
            )
        ),
    ),
)
