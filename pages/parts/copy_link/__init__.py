"""A button that copies the page's address, which holds the view; with it comes the style that all pages share."""

from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).parent

_mount = st.components.v2.component(
    "copy_link",
    html='<button type="button" class="wsb-copy">Copy link</button>',
    css=(_FOLDER / "copy_link.css").read_text() + (_FOLDER.parent / "tables.css").read_text(),
    js=(_FOLDER / "copy_link.js").read_text(),
    isolate_styles=False,  # an element of its own for the style would cost every run of every page
)


def copy_link() -> None:
    _mount(key="copy_link", width="content")
