"""Two buttons as Streamlit mounts them: one copies the address, which holds the view, one opens the panel.

With them comes the style that all pages share.

They are given nothing, so a run of a page costs what a still button costs: the browser knows the address, asks the
routes of `pages/server/home.py`, and loads the panel when it is opened.
"""

from pathlib import Path

import streamlit as st

from core.sweep import STRIP_ROWS
from core.view import SAMPLES
from pages.parts import assets
from pages.parts.address import base_path

_FOLDER = Path(__file__).parent

_mount = st.components.v2.component(
    "take_home",
    html=(_FOLDER / "take_home.html")
    .read_text()
    .format(assets=assets.modules_path(), base=base_path(), some=STRIP_ROWS, all=SAMPLES),
    css=(_FOLDER / "take_home.css").read_text() + (_FOLDER.parent / "tables.css").read_text(),
    js=(_FOLDER / "take_home.js").read_text(),
    isolate_styles=False,  # an element of its own for the style would cost every run of every page
)


def take_home() -> None:
    _mount(width="content")
