"""Three logits to set by hand: a row that fits in the head, the same on every page."""

import streamlit as st
import torch
from torch import Tensor

from core.dtypes import Dtype, torch_dtype
from core.rows import MOST_CLASSES, parse_row

_STARTS = (1.0, 2.0, 89.0)
_LIMIT = 100_000.0


def own_row(dtype: Dtype) -> tuple[Tensor, int]:
    """Draws the boxes. The logits in the dtype, (3,), and the target."""
    with st.container(horizontal=True):
        values = [
            st.number_input(
                f"Logit {i}", -_LIMIT, _LIMIT, start, step=1.0, format="%g", key=f"logit_{i}", persist_state="session"
            )
            for i, start in enumerate(_STARTS)
        ]
        target = st.selectbox("Target", range(len(_STARTS)), key="own_target", persist_state="session")
    # Streamlit fills an emptied box with its default; a hand-made message may say anything, and counts as 0.
    kept = [value if isinstance(value, float) and abs(value) <= _LIMIT else 0.0 for value in values]
    return torch.tensor(kept, dtype=torch_dtype(dtype)), target if target in range(len(_STARTS)) else 0


def typed_row(dtype: Dtype, start: str) -> tuple[Tensor, int] | None:
    """Draws a box for a row of any length and one for its target. The row in the dtype, and its target.

    None where they are no row: then the page has said what is wrong.
    """
    wide, narrow = st.columns([4, 1])
    text = wide.text_input("Logits of a row", start, max_chars=1000, key="typed_row", persist_state="session")
    target = narrow.number_input("Its target", 0, MOST_CLASSES - 1, 0, key="typed_target", persist_state="session")
    try:
        row = parse_row(text, dtype)
        if target not in range(len(row)):
            raise ValueError(f"The target is {target}; these {len(row)} logits are of the classes 0 to {len(row) - 1}")
        if row[target] == -torch.inf:
            raise ValueError(f"The target, class {target}, is masked with -inf: its loss is infinite by any formula")
    except (ValueError, TypeError) as error:
        st.warning(f"{error}.")
        return None
    return row, target
