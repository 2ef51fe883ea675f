"""The scrubber as Streamlit mounts it: what it is given, and what it reports."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from core.view import View
from pages.parts import assets, cached
from pages.parts.address import live_path, plotly_path

_FOLDER = Path(__file__).parent
_KEY = "scrubber"

_mount = st.components.v2.component(
    "scrubber",
    html=(_FOLDER / "scrubber.html").read_text(),
    css=(_FOLDER / "scrubber.css").read_text() + (_FOLDER.parent / "chart" / "walk.css").read_text(),
    js=(_FOLDER / "js" / "entry.js").read_text(),
    isolate_styles=False,  # plotly.js puts the styles of its tool bar and hover boxes into the page
)


def scrubber(view: View, status: str, on_scale: Callable[[float], None], on_sample: Callable[[int], None]) -> None:
    """Draws the scrubber at the view's exact scale.

    status:    what the server found when it ran the functions at this scale
    on_scale:  called in the next run with the scale that was released
    on_sample: called in the next run with the row of the mark that was chosen
    """
    _mount(
        key=_KEY,
        data=_state(view, status),
        on_scale_change=lambda: on_scale(_sent("scale")),
        on_sample_change=lambda: on_sample(_sent("sample")),
    )


def _sent(name: str, part: int = 0) -> Any:
    """What the browser sent under a name: [value, stamp]. A hand-made message may hold anything; the View decides."""
    sent = st.session_state.get(_KEY, {}).get(name)
    return sent[part] if isinstance(sent, list) and len(sent) > part else None


def _state(view: View, status: str) -> dict:
    """What the browser is told; `State` in `main.js`."""
    return {
        "assets": assets.modules_path(),
        "plotly": plotly_path(),
        "sweep": assets.sweep_path(view.weights, view.seed, view.dtype),
        "live": live_path(),
        "setting": urlencode({"weights": view.weights, "seed": view.seed, "dtype": view.dtype}),
        "exact": cached.now(view).wire,
        "scale": view.scale,
        "heard": _sent("scale", 1),
        "chosen": cached.chosen(view),
        "status": status,
    }
