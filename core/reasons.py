"""Why a row's loss, or its gradient, is what it is: sentences with the row's own numbers."""

import torch

from core.backward import BackwardWalk
from core.dtypes import Dtype, shortest, torch_dtype
from core.walk import Walk


def reason(walked: Walk, dtype: Dtype) -> str:
    """Why this row's loss is what it is, in one or two sentences with its own numbers."""
    loss = shortest(walked.nll.item(), dtype)
    if walked.cause == "none":
        return f"{_kept(walked)}: the loss is {loss}. Finite is not yet right."
    limits = torch.finfo(torch_dtype(dtype))
    logits = walked.steps[0].values
    begin = _BEGINS[walked.cause].format(
        dtype=dtype,
        largest_logit=shortest(logits.max().item(), dtype),
        target_logit=shortest(logits[walked.target].item(), dtype),
        largest=f"{limits.max:.5g}",
        smallest=f"{limits.smallest_normal * limits.eps:.3g}",
    )
    return begin + _ENDS.get((walked.formula, walked.cause, loss), "")


def _kept(walked: Walk) -> str:
    """What stayed finite on the way to a finite loss: every step, or the target's alone."""
    by_class = torch.stack([step.values for step in walked.steps if step.values.ndim])
    lost = [str(at) for at in (~by_class.isfinite()).any(0).nonzero().flatten().tolist()]
    if not lost:
        return "Every step stays finite"
    which = f"class {lost[0]} is" if len(lost) == 1 else f"classes {', '.join(lost[:-1])} and {lost[-1]} are"
    return f"On the way only {which} not finite, and the target is class {walked.target}"


def reason_of_gradient(walked: BackwardWalk, dtype: Dtype) -> str:
    """Which operation of backward lost the gradient, with its numbers."""
    loss = f"The loss is {shortest(walked.nll.item(), dtype)}"
    lost = walked.lost_in
    if lost is None:
        return f"{loss}, and every gradient on the way back is finite."
    numbers = f"{shortest(lost.left, dtype)} {lost.symbol} {shortest(lost.right, dtype)}"
    place = f" at class {lost.at}" if lost.at is not None else ""
    result = shortest(lost.result, dtype)
    return f"{loss}. Walking back, the gradient is lost in {lost.where}{place}: {numbers} is {result}."


_BEGINS = {
    "exp overflows": "exp({largest_logit}) is beyond the largest {dtype}, {largest}: it is inf, and so is the sum. ",
    "sum overflows": "No single exp overflows, but their sum is beyond the largest {dtype}, {largest}: inf. ",
    "target underflows": "The target's exp({target_logit}) rounds to 0: the smallest {dtype} above 0 is {smallest}. ",
    "quotient underflows": "The target's exp over the sum rounds to 0: the smallest {dtype} above 0 is {smallest}. ",
    "whole row underflows": "Every exp rounds to 0, and so does the sum: the smallest {dtype} above 0 is {smallest}. ",
    "logit overflows": "A logit is beyond the largest {dtype}, {largest}: it is infinite before any formula runs. ",
    "answer exceeds the dtype": "Every step is right, but the loss itself is beyond the largest {dtype}, {largest}. ",
}

# How the sentence ends, by formula, cause and what the loss became; nothing where the cause says it all.
_ENDS = {
    ("log_of_softmax", "exp overflows", "nan"): "The target's own exp is inf too, and inf / inf is nan.",
    (
        "log_of_softmax",
        "exp overflows",
        "inf",
    ): "The target's exp is finite; divided by inf it is 0, and -log 0 is inf.",
    ("log_of_softmax", "sum overflows", "inf"): "The target's share becomes 0, and -log 0 is inf.",
    ("log_of_softmax", "target underflows", "inf"): "The share is 0, and -log 0 is inf.",
    ("log_of_softmax", "quotient underflows", "inf"): "And -log 0 is inf.",
    ("log_of_softmax", "whole row underflows", "nan"): "0 / 0 is nan.",
    ("unshifted_log_softmax", "exp overflows", "inf"): "x minus log inf is -inf, so the loss is inf.",
    ("unshifted_log_softmax", "sum overflows", "inf"): "x minus log inf is -inf, so the loss is inf.",
    (
        "unshifted_log_softmax",
        "whole row underflows",
        "-inf",
    ): "log 0 is -inf, and x minus that is inf: the loss is -inf.",
}
