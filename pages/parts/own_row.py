"""Three logits to set by hand: a row that fits in the head, the same on every page."""

import streamlit as st
import torch
from torch import Tensor

from core.dtypes import Dtype, torch_dtype

_STARTS = (1.0, 2.0, 89.0)
_LIMIT = 100_000.0


def own_row(dtype: Dtype) -> tuple[Tensor, int]:
    """Draws the boxes. The logits in the dtype, (3,), and the target."""
    boxes = st.columns(len(_STARTS) + 1)
    values = [
        box.number_input(
            f"Logit {i}", -_LIMIT, _LIMIT, start, step=1.0, format="%g", key=f"logit_{i}", persist_state="session"
        )
        for i, (box, start) in enumerate(zip(boxes, _STARTS, strict=False))
    ]
    target = boxes[-1].selectbox("Target", range(len(_STARTS)), key="own_target", persist_state="session")
    # Emptied boxes say None, and a hand-made message may say anything: those logits count as 0.
    kept = [value if isinstance(value, float) and abs(value) <= _LIMIT else 0.0 for value in values]
    return torch.tensor(kept, dtype=torch_dtype(dtype)), target if target in range(len(_STARTS)) else 0
