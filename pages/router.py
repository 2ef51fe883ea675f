"""What every page shares: its frame, its navigation, the controls. Then the page itself."""

from pathlib import Path

import streamlit as st

from pages.parts import chapter, controls, navigation

st.set_page_config(
    page_title="Where Softmax Breaks",
    page_icon=str(Path(__file__).parent / "parts" / "icon.svg"),
    layout="wide",
)
page = st.navigation(navigation.pages(), position="top")
controls.draw()
page.run()
chapter.end(page.title)
