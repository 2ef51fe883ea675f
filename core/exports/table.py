"""The view as a table: one line a digit, as CSV."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.data import CLASSES
from core.dtypes import Dtype, dtype_name, scaled, shortest
from core.losses import FORMULAS
from core.outcomes import CAUSES, causes

HEAD = ",".join(
    (
        "digit",
        "target",
        *(f"logit_{label}" for label in range(CLASSES)),
        *FORMULAS,
        *(f"{name}_cause" for name in FORMULAS),
    )
)


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """What is written of some digits.

    rows:    int64, (n,), which digits
    targets: int64, (n,)
    logits:  (n, classes), as the formulas see them: scaled, in the dtype
    nll:     name in FORMULAS -> (n,), in the dtype; causes: name -> index into CAUSES, (n,)
    """

    rows: Tensor
    targets: Tensor
    logits: Tensor
    nll: dict[str, Tensor]
    causes: dict[str, Tensor]


def losses(rows: Tensor, unscaled: Tensor, targets: Tensor, scale: float, dtype: Dtype) -> Losses:
    """Every formula on these rows of unscaled, float32, (rows, classes), and of targets, (rows,)."""
    x, own = scaled(unscaled[rows], scale, dtype), targets[rows]
    nll = {name: formula.per_sample(x, own) for name, formula in FORMULAS.items()}
    return Losses(rows, own, x, nll, {name: causes(name, x, own, loss) for name, loss in nll.items()})


def lines(of: Losses) -> str:
    """A line for each digit, below HEAD.

    Numbers stand in the fewest digits that name them in their dtype; inf, -inf and nan are so written; the cause is
    none where the loss is finite.
    """
    why = (np.array(CAUSES)[codes.numpy()] for codes in of.causes.values())
    columns = (texts(of.rows), texts(of.targets), *texts(of.logits).T, *map(texts, of.nll.values()), *why)
    return "".join(f"{','.join(cells)}\n" for cells in zip(*columns, strict=True))


def texts(values: Tensor) -> np.ndarray:
    """Each number in the fewest digits that name it in its dtype: str, same shape.

    A float has a point, an exponent or is inf or nan, so that it is read as one; in bfloat16 both zeros are 0.0.
    """
    if values.dtype != torch.bfloat16:  # which NumPy does not have
        return values.numpy().astype(str)
    different, places = values.double().unique(return_inverse=True)
    written = np.array([repr(float(shortest(value, dtype_name(values.dtype)))) for value in different.tolist()])
    return written[places.numpy()]
