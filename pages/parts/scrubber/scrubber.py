"""The scrubber as Streamlit mounts it: what it is given, and what it reports."""

import base64
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from core import sweep
from core.figures import strip as figure
from core.figures.palette import FORMULA_COLOURS
from core.losses import FORMULAS
from core.outcomes import CAUSES
from core.view import View
from pages.parts import assets, cached
from pages.parts.scrubber import wire

_FOLDER = Path(__file__).parent
_KEY = "scrubber"

_mount = st.components.v2.component(
    "scrubber",
    html=(_FOLDER / "scrubber.html").read_text(),
    css=(_FOLDER / "scrubber.css").read_text(),
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
    setting = (view.weights, view.seed, view.dtype)
    now = cached.at_scale(*setting, view.scale)
    rows = sweep.strip_of(cached.first_failures(*setting))
    exact = wire.encode([now.frame], [view.scale], strip_nll=now.strip_nll)
    return {
        "assets": assets.modules_path(),
        "plotly": assets.plotly_path(),
        "sweep": assets.sweep_path(*setting),
        "exact": base64.b64encode(exact).decode(),
        "scale": view.scale,
        "strip": {"rows": rows.tolist(), "digits": cached.digits().targets[rows].tolist()},
        "heard": _sent("scale", 1),
        "chosen": cached.chosen(view),
        "status": status,
        **_fixed(),
    }


@cache
def _fixed() -> dict:
    """What never changes: the grid, the formulas, the look of the picture."""
    return {
        "grid": list(sweep.SCALES),
        "formulas": [
            {"name": name, "label": FORMULAS[name].label, "colour": FORMULA_COLOURS[name]} for name in sweep.HEADLINE
        ],
        "causes": list(CAUSES),
        "look": {
            "level": sweep.LEVEL,
            "levelsPerDecade": sweep.LEVELS_PER_DECADE,
            "gutters": figure.GUTTERS,
            "bins": list(sweep.BINS),
            "binsPerDecade": sweep.BINS_PER_DECADE,
            "binDecades": list(sweep.BIN_DECADES),
            "countBase": figure.COUNT_BASE,
            "colours": {"naive": FORMULA_COLOURS[figure.NAIVE], "stable": FORMULA_COLOURS[figure.STABLE]},
            "figure": json.loads(figure.strip_template().to_json()),
        },
    }
