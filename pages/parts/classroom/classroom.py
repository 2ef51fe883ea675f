"""The class as Streamlit mounts it: the page gives the ready questions, all else comes over a socket of its own."""

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts import assets, lan
from pages.parts.address import base_path
from pages.parts.predictions.ready import READY, posed

_FOLDER = Path(__file__).parent

_mount = st.components.v2.component(
    "classroom",
    html='<div class="class"></div>',
    css=(_FOLDER / "class.css").read_text() + (_FOLDER / "projector.css").read_text(),
    js=(_FOLDER / "js" / "class_entry.js").read_text(),
)


def classroom() -> None:
    """Join or open a room; what follows depends on who one is in it. No answer of it runs this page again."""
    where = {"assets": assets.modules_path(), "base": base_path(), "reachable": lan.reachable()}
    _mount(key="classroom", data={**where, "ready": _ready()})


@cache
def _ready() -> tuple[dict[str, Any], ...]:
    """The ready questions without their truths, which torch computes when the presenter tells.

    A tuple, since of a list Streamlit asks whether it is a data frame.
    """
    return tuple(asdict(posed(key)) for key in READY)
