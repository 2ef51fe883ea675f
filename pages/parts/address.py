"""Where this app and its parts are on its server; nothing here needs torch."""

from functools import cache
from importlib.metadata import version

import streamlit as st


def base_path() -> str:
    """The path that a proxy puts in front, if any."""
    path = st.get_option("server.baseUrlPath").strip("/")
    return f"/{path}" if path else ""


def live_path() -> str:
    """The websocket on which torch answers while the hand moves."""
    return f"{base_path()}/live"


def class_path() -> str:
    """The websocket of the class."""
    return f"{base_path()}/class/socket"


def plotly_path() -> str:
    """plotly.js as the installed wheel has it; a path for each version, so that a browser may keep it for good."""
    return f"{base_path()}/assets/plotly-{_plotly_version()}.min.js"


@cache
def _plotly_version() -> str:
    """Looked up once: it is read from a disk, and every run of a page names the path."""
    return version("plotly")
