"""A row's way back through a formula, as a table."""

from torch import Tensor

from core.backward import BackwardWalk
from core.dtypes import Dtype, shortest
from pages.parts import tables


def table(walked: BackwardWalk, right: Tensor, dtype: Dtype, whose: str) -> str:
    """Markup: a line a class, a column for the gradient at each step, from the loss back to the logits.

    right: (classes,), what the last column should be
    whose: the row, in words
    """
    steps = [step for step in walked.steps if step.values.ndim]
    heads = ("class", *(f"at {step.code}" for step in steps), "softmax - one-hot")
    lines = [
        (
            f"{label} target" if label == walked.target else label,
            *(shortest(step.gradient[label].item(), dtype) for step in steps),
            shortest(right[label].item(), dtype),
        )
        for label in range(len(right))
    ]
    return tables.table(f"The gradient of the loss of {whose} on its way back, from left to right", heads, lines)
