"""Digits in gray."""

import base64
import io
from collections.abc import Callable, Sequence

import streamlit as st
from PIL import Image

from pages.parts import cached

_SIDE = 28


def digit(row: int) -> str:
    """Markup of one training digit, dark ink on white in both themes, as large as `tables.css` says."""
    ink = cached.digits().images[row].view(_SIDE, _SIDE).numpy()
    file = io.BytesIO()
    Image.fromarray(255 - ink).save(file, format="PNG")
    source = base64.b64encode(file.getvalue()).decode()
    shown = cached.digits().targets[row]
    return f'<img class="wsb-digit" src="data:image/png;base64,{source}" alt="Digit {row}: a handwritten {shown}">'


def gallery(rows: Sequence[int], on_choose: Callable[[int], None], notes: Sequence[str] = ()) -> None:
    """Digits side by side, each with a button that chooses it and a note, by default what it shows."""
    with st.container(horizontal=True):
        for i, row in enumerate(rows):
            with st.container(width=94, gap="small"):
                st.html(digit(row))
                note = notes[i] if notes else f"a {cached.digits().targets[row]}"
                st.button(note, key=f"choose_{i}_{row}", on_click=on_choose, args=(row,), help=f"Choose digit {row:,}")
