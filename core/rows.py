"""A row of logits as people type it."""

import math
import re

import torch
from torch import Tensor

from core.dtypes import Dtype, limits, torch_dtype

MOST_CLASSES = 50
MOST_CHARACTERS = 2_000  # a logit of float64 has up to 24, and a comma


def parse_row(text: str, dtype: Dtype) -> Tensor:
    """The logits in a text, separated by commas, semicolons or spaces, rounded to the dtype: (classes,).

    -inf stands for a masked class.
    Raises: ValueError, saying which entry is wrong and what may stand there
    """
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"These are {len(text):,} characters; a row of at most {MOST_CHARACTERS:,} fits here")
    entries = [entry for entry in re.split(r"[\s,;\[\]]+", text) if entry]
    if not entries:
        raise ValueError("There is no logit here: write some numbers, for example 1, 2, 89")
    if len(entries) > MOST_CLASSES:
        raise ValueError(f"These are {len(entries)} logits; at most {MOST_CLASSES} fit here")
    row = torch.tensor([_logit(entry) for entry in entries], dtype=torch.float64).to(torch_dtype(dtype))
    for entry, logit in zip(entries, row.tolist(), strict=True):
        if logit == math.inf or (logit == -math.inf and "inf" not in entry.lower()):
            raise ValueError(
                f"{entry} is beyond the largest {dtype}, {limits(dtype).largest:.5g}: choose a smaller one"
            )
    if not row.isfinite().any():
        raise ValueError(
            "Every class is masked with -inf: such a row has no loss, whatever the formula; give one a number"
        )
    return row


def _logit(entry: str) -> float:
    try:
        logit = float(entry)
    except ValueError:
        raise ValueError(f"{entry[:20]!r} is not a number: write logits like 1, -2.5, 89 or -inf") from None
    if math.isnan(logit) or logit == math.inf:
        raise ValueError(f"{entry[:20]} cannot be a logit here: write a number, or -inf for a masked class")
    return logit
