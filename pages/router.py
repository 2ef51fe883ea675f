"""What every page shares: its frame, its navigation, the controls. Then the page itself."""

import streamlit as st

from pages.parts import chapter, controls, failures, navigation

st.set_page_config(
    page_title="Where Softmax Breaks",
    page_icon=navigation.ICON,
    layout="wide",
)
page = st.navigation(navigation.pages(), position="top")
controls.draw()
with failures.said_on_the_page():
    page.run()
chapter.end(page.title)
