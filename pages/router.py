"""What every page shares: its frame, its navigation, the controls. Then the page itself."""

from pathlib import Path

import streamlit as st

from pages.parts import controls

st.set_page_config(
    page_title="Where Softmax Breaks", page_icon=str(Path(__file__).parent / "parts" / "icon.svg"), layout="wide"
)

page = st.navigation(
    [
        st.Page(
            "story/break_it.py",
            title="Break it",
            default=True,
            help="Drag one scale and watch the textbook cross-entropy fail on real digits.",
        )
    ],
    position="top",
)
controls.draw()
page.run()
