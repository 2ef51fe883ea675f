"""What is claimed of the mean of many losses, as PyTorch takes it and as `Tensor.mean` does."""

import math

import torch
from torch import Tensor

from core.dtypes import Dtype, limits, shortest
from pages.parts.claims import does


def of_the_mean(dtype: Dtype, losses: Tensor, own: float) -> str:
    """Why the built-in mean is what it is, or when it would part from the others.

    losses: of each row, in the dtype; own: their mean by the reduction inside F.cross_entropy
    """
    lost = ~losses.isfinite()
    if lost.any():
        return _lost_already(losses, int(losses.isnan().sum()), int(losses.isinf().sum()))
    if not math.isfinite(own):
        return (
            f"No single loss is larger than {losses.max().item():.4g}, and still the built-in mean is {own}: the "
            f"reduction inside `F.nll_loss` and `F.cross_entropy` holds its sum in {dtype}, and the sum does not fit. "
            "`Tensor.mean` adds in float32 and rounds once."
        )
    mean = losses.double().mean().item()
    gap = torch.finfo(losses.dtype).eps * 2.0 ** math.floor(math.log2(mean)) if mean else 1.0
    off = abs(own - mean) / gap
    narrow = limits("float16").largest
    measured = f": the built-in mean is off by {off:.2g} gaps of {dtype}" if off > 1 else ""
    return (
        f"Here they agree but for rounding{measured}. "
        "They part where the sum of the losses does not fit the dtype: the reduction inside `F.nll_loss` and "
        "`F.cross_entropy` holds sums in the dtype of the losses, `Tensor.mean` those of 16-bit numbers in float32. In "
        f"float16, which ends at {shortest(narrow, 'float16')}, the mean of {len(losses):,} losses may not pass "
        f"{narrow / len(losses):.3g}; here it is {mean:.3g}."
    )


def _lost_already(losses: Tensor, nans: int, infinite: int) -> str:
    """Why no way to take the mean gives a number."""
    told = [f"{n:,} {does(n, 'is', 'are')} {name}" for n, name in ((nans, "nan"), (infinite, "inf")) if n]
    one = "nan" if nans else "inf"
    finite = len(losses) - nans - infinite
    most = losses[losses.isfinite()].max().item() if finite else 0.0
    rest = f"; the largest of the others is {most:.4g}" if finite else ""
    return (
        f"Of the {len(losses):,} losses {' and '.join(told)}{rest}. One {one} among them makes the mean {one}, however "
        "it is taken."
    )
