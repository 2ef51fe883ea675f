"""Where this app is on its server."""

import streamlit as st


def base_path() -> str:
    """The path that a proxy puts in front, if any."""
    path = st.get_option("server.baseUrlPath").strip("/")
    return f"/{path}" if path else ""


def live_path() -> str:
    """The websocket on which torch answers while the hand moves."""
    return f"{base_path()}/live"
