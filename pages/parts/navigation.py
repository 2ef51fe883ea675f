"""The pages as Streamlit's navigation takes them, and the icon of their tabs."""

from base64 import b64encode
from functools import cache, cached_property
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from pages.parts.contents import CONTENTS

# As an address of its own: a file would be read at every run of every page.
ICON = "data:image/svg+xml;base64," + b64encode((Path(__file__).parent / "icon.svg").read_bytes()).decode()


class SharedPage(Page):
    """One for all visitors: Streamlit looks each page's file up when it is made, and marks the one that a run may show.

    Any of these may be run; and each is asked three times in every run for the hash of its address.
    """

    _can_be_called = property(lambda _: True, lambda *_: None)

    @cached_property
    def _script_hash(self) -> str:
        return super()._script_hash


@cache
def pages() -> dict[str, list[SharedPage]]:
    """Section -> its pages, in reading order. First asked for by a run: elsewhere Streamlit leaves them half made."""
    return {
        section: [
            SharedPage(it.file, title=it.title, url_path=it.url or None, default=not it.url, help=it.about)
            for it in chapters
        ]
        for section, chapters in CONTENTS.items()
    }


def link(url: str, label: str) -> None:
    """A link to the page of this address that changes page without loading anew, at the same view.

    Streamlit is given the page itself: a file's name it would look up in the file system, five times for each link.
    """
    st.page_link(_by_url()[url], label=label)


@cache
def _by_url() -> dict[str, SharedPage]:
    return {page.url_path: page for section in pages().values() for page in section}
