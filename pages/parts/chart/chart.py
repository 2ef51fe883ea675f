"""Charts as Streamlit mounts them.

`st.plotly_chart` builds a chart anew whenever a number in it changes, twice, and brings a plotly.js of its own: here
the browser keeps the chart and draws what is different.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from pages.parts import assets
from pages.parts.address import plotly_path

_FOLDER = Path(__file__).parent

_mount = st.components.v2.component(
    "chart",
    html=(_FOLDER / "chart.html").read_text(),
    css=(_FOLDER / "chart.css").read_text() + (_FOLDER / "walk.css").read_text(),
    js=(_FOLDER / "js" / "chart_entry.js").read_text(),
    isolate_styles=False,  # plotly.js puts the styles of its tool bar and hover boxes into the page
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure as the browser reads it: worth keeping where the figure is."""

    json: str
    height: int


def drawn(figure: go.Figure) -> Drawn:
    """The figure, as high as its layout says."""
    return Drawn(figure.to_json(validate=False), int(figure.layout.height))


def chart(figure: go.Figure | Drawn, key: str, alt: str, on_row: Callable[[Any], None] | None = None) -> None:
    """Draws the figure.

    alt:    what it shows, for those who cannot see it
    on_row: called in the next run with the customdata of the mark that was chosen, the row of a digit
    """
    shown = figure if isinstance(figure, Drawn) else drawn(figure)
    _mount(
        key=key,
        data={
            "assets": assets.modules_path(),
            "plotly": plotly_path(),
            "figure": shown.json,
            "alt": alt,
            "chooses": on_row is not None,
        },
        on_row_change=lambda: on_row(_sent(key)) if on_row else None,
        height=shown.height,
    )


def _sent(key: str) -> Any:
    """What the browser sent: [row, stamp]. A hand-made message may hold anything; the View decides."""
    sent = st.session_state.get(key, {}).get("row")
    return sent[0] if isinstance(sent, list) and sent else None
