"""What the chapter of the LogSumExp trick claims of a row and a shift."""

import numpy as np
import torch
from torch import Tensor

from core import losses
from core.dtypes import Dtype, shortest
from pages.parts.claims import does


def shifted_by(x: Tensor, a: float, dtype: Dtype) -> str:
    """Log-sum-exp of a row with this shift, rounded to the dtype, taken out and with the maximum, in words."""
    shift, maximum = torch.tensor(a, dtype=x.dtype), x.max()
    result, best = losses.shifted_logsumexp(x, a), losses.logsumexp(x)
    rounding = 2 * torch.finfo(x.dtype).eps * max(abs(a), abs(best.item()), 1.0)
    right = bool((result - best).abs() <= rounding)
    with_a, with_maximum = (
        f"{shortest(at.item(), dtype)}: {mark}{shortest(value.item(), dtype)}{mark}"
        for at, value, mark in ((shift, result, "**"), (maximum, best, ""))
    )
    return f"With a = {with_a}. With a = max(x) = {with_maximum}. {_verdict((x - shift).exp(), right)}"


def _verdict(e: Tensor, right: bool) -> str:
    """What the shift did to the exponentials. right: whether the answer is off by no more than rounding."""
    if e.sum().isinf():
        return "The shift is too small: an exp or the sum overflows."
    if e.sum() == 0:
        return "The shift is too large: every exp is 0, and log 0 is -inf."
    zeros = int((e == 0).sum())
    vanished = f"{zeros} of the exps {does(zeros, 'is', 'are')} 0" if zeros else ""
    if right:
        return f"Nothing overflows{f'; {vanished}, too small to matter' if zeros else ''}."
    return (
        f"Nothing overflows, but the shift is near its upper end: {f'{vanished}, the others' if zeros else 'the exps'} "
        f"{does(len(e) - zeros, 'is', 'are') if zeros else 'are'} subnormal, with few of their digits left."
    )


def where_it_works(shifts: np.ndarray, results: np.ndarray, best: float) -> str:
    """From which shift to which the result is finite, and from which to which what the maximum gives, (shifts,)."""
    fine, good = shifts[np.isfinite(results)], shifts[np.isclose(results, best, rtol=1e-3, atol=1e-5)]
    between = int(((shifts >= good.min()) & (shifts <= good.max())).sum())
    some = "" if between == len(good) else f" for {len(good)} of the {between} shifts"
    return (
        f"a + log(sum exp(x - a)) for {len(shifts)} shifts: finite for a from {fine.min():.4g} to {fine.max():.4g}, "
        f"+inf below, -inf above; to a thousandth what the maximum gives{some} from {good.min():.4g} to "
        f"{good.max():.4g}."
    )
