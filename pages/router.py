"""What every page shares: its frame, its navigation, the controls. Then the page itself."""

from pathlib import Path

import streamlit as st

from pages.parts import chapter, controls
from pages.parts.contents import CONTENTS

st.set_page_config(
    page_title="Where Softmax Breaks",
    page_icon=str(Path(__file__).parent / "parts" / "icon.svg"),
    layout="wide",
)
pages = {
    section: [
        st.Page(it.file, title=it.title, url_path=it.url or None, default=not it.url, help=it.about) for it in chapters
    ]
    for section, chapters in CONTENTS.items()
}
page = st.navigation(pages, position="top")
controls.draw()
page.run()
chapter.end(page.title)
