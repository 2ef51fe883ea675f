"""What every page shares: its frame, its navigation, the controls. Then the page itself."""

import streamlit as st

from pages.parts import chapter, controls, failures, navigation

st.set_page_config(
    page_title="Where Softmax Breaks",
    page_icon=navigation.ICON,
    layout="wide",
)
embedded = st.context.is_embedded  # in somebody's own page, which leads its readers itself
page = st.navigation(navigation.pages(), position="hidden" if embedded else "top")
controls.draw(page.url_path)
with failures.said_on_the_page():
    page.run()
if not embedded:
    chapter.end(page.title)
