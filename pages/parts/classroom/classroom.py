"""The class as Streamlit mounts it: the page gives the ready questions, all else comes over a socket of its own."""

from pathlib import Path

import streamlit as st

from pages.parts import assets
from pages.parts.address import base_path

_FOLDER = Path(__file__).parent

_mount = st.components.v2.component(
    "classroom",
    html='<div class="class"></div>',
    css=(_FOLDER / "class.css").read_text() + (_FOLDER / "projector.css").read_text(),
    js=(_FOLDER / "js" / "class_entry.js").read_text(),
)


def classroom() -> None:
    """Join or open a room; what follows depends on who one is in it. No answer of it runs this page again."""
    _mount(key="classroom", data={"assets": assets.modules_path(), "base": base_path(), "ready": []})
