"""A row's way back through a formula, as a table."""

from torch import Tensor

from core.backward import BackwardWalk
from core.dtypes import Dtype, shortest
from pages.parts import tables


def table(walked: BackwardWalk, right: Tensor, dtype: Dtype, whose: str) -> str:
    """Markup: a line a class, a column for the gradient at each step, from the loss back to the logits.

    right: (classes,), softmax minus one-hot; the last column, what the one before should be, is its share in the loss
    whose: the row, in words
    """
    steps = [step for step in walked.steps if step.values.ndim]
    alone, rows = walked.upstream == 1, f"{1 / walked.upstream:g}"
    heads = (
        "class",
        *(f"at {step.code}" for step in steps),
        "softmax - one-hot" if alone else f"(softmax - one-hot) / {rows}",
    )
    lines = [
        (
            f"{label} target" if label == walked.target else label,
            *(shortest(step.gradient[label].item(), dtype) for step in steps),
            shortest(share, dtype),
        )
        for label, share in enumerate((right * walked.upstream).tolist())
    ]
    counted = "" if alone else f", 1 / {rows} of it, as in the mean of a batch,"
    return tables.table(
        f"The gradient of the loss of {whose}{counted} on its way back, from left to right", heads, lines
    )
