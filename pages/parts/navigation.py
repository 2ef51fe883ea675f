"""The pages as Streamlit's navigation takes them, and the icon of their tabs."""

from base64 import b64encode
from copy import copy
from functools import cache
from pathlib import Path

import streamlit as st

from pages.parts.contents import CONTENTS

# As an address of its own: a file would be read at every run of every page.
ICON = "data:image/svg+xml;base64," + b64encode((Path(__file__).parent / "icon.svg").read_bytes()).decode()


def pages() -> dict[str, list[st.Page]]:
    """Section -> its pages, in reading order, for one run: `st.navigation` marks the one that may run."""
    return {section: [copy(page) for page in made] for section, made in _made().items()}


@cache
def _made() -> dict[str, list[st.Page]]:
    """Each looks its file up on disk, so they are made once for all visitors."""
    return {
        section: [
            st.Page(it.file, title=it.title, url_path=it.url or None, default=not it.url, help=it.about)
            for it in chapters
        ]
        for section, chapters in CONTENTS.items()
    }
