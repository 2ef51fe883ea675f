"""Digits side by side as Streamlit mounts them: choosing one makes it the digit of every page."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts import cached
from pages.parts.digit import name, source

_FOLDER = Path(__file__).parent

_mount = st.components.v2.component(
    "gallery",
    html='<div class="gallery"></div>',
    css=(_FOLDER / "gallery.css").read_text(),
    js=(_FOLDER / "gallery.js").read_text(),
)


def gallery(
    rows: Sequence[int], chosen: int, on_row: Callable[[Any], None], notes: Sequence[str] = (), key: str = "gallery"
) -> None:
    """Shows training digits, each with a note, by default what it shows.

    chosen: the one of them, if it is there, that is marked
    on_row: called in the next run with the row of the digit that was chosen
    """
    notes = notes or [f"a {cached.digits().targets[row]}" for row in rows]
    shown = [
        {"row": row, "source": source(row), "name": name(row), "note": note}
        for row, note in zip(rows, notes, strict=True)
    ]
    _mount(key=key, data={"shown": shown, "chosen": chosen}, on_row_change=lambda: on_row(_sent(key)))


def _sent(key: str) -> Any:
    """What the browser sent: [row, stamp]. A hand-made message may hold anything; the View decides."""
    sent = st.session_state.get(key, {}).get("row")
    return sent[0] if isinstance(sent, list) and sent else None
