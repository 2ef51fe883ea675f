"""A row set by hand: three logits that fit in the head, the same on every page, or a row of any length."""

from pathlib import Path
from typing import Any

import streamlit as st
import torch
from torch import Tensor

from core.dtypes import Dtype, torch_dtype
from core.rows import MOST_CHARACTERS, MOST_CLASSES, parse_row

_FOLDER = Path(__file__).parent
_KEY = "own_row"
_KEPT = "own_row_kept"  # what a component holds goes when another page is shown; this stays
_START = (1.0, 2.0, 89.0, 0)
_LIMIT = 100_000.0

_mount = st.components.v2.component(
    "own_row",
    html=(_FOLDER / "own_row.html").read_text(),
    css=(_FOLDER / "own_row.css").read_text(),
    js=(_FOLDER / "own_row.js").read_text(),
)


def own_row(dtype: Dtype) -> tuple[Tensor, int]:
    """Draws a box for each logit and one for the target. The logits in the dtype, (3,), and the target."""
    *values, target = st.session_state.get(_KEPT, _START)
    logits = tuple(values)  # Streamlit would load pandas, a quarter of a second, to ask whether a list is a data frame
    _mount(key=_KEY, data={"logits": logits, "target": target, "limit": _LIMIT}, on_row_change=_keep)
    return torch.tensor(logits, dtype=torch_dtype(dtype)), target


def _keep() -> None:
    """Takes what the browser sent, [logits..., target], if it is such a row: a hand-made message may be anything."""
    sent: Any = st.session_state.get(_KEY, {}).get("row")
    if not isinstance(sent, list) or len(sent) != len(_START) or not all(type(it) in (int, float) for it in sent):
        return
    *values, target = sent
    if all(abs(value) <= _LIMIT for value in values) and target in range(len(values)):
        st.session_state[_KEPT] = (*map(float, values), int(target))


def typed_row(dtype: Dtype, start: str) -> tuple[Tensor, int] | None:
    """Draws a box for a row of any length and one for its target. The row in the dtype, and its target.

    None where they are no row: then the page has said what is wrong.
    """
    wide, narrow = st.columns([4, 1])
    text = wide.text_input(
        "Logits of a row", start, max_chars=MOST_CHARACTERS, key="typed_row", persist_state="session"
    )
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
