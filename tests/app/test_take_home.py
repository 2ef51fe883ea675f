"""The panel is on every page."""

import pytest

from pages.parts.contents import READING_ORDER


def mounted(app) -> list:
    """The panels of a page."""
    return [it for it in app.get("bidi_component") if it.proto.component_name == "take_home"]


@pytest.mark.parametrize("chapter", READING_ORDER, ids=lambda it: it.url or "break-it")
def test_the_panel_is_on_every_page_and_never_told_anything_new(open_link, chapter):
    app = open_link(scale="300").switch_page(chapter.file).run()
    (first,) = mounted(app)
    app.number_input(key="scale").set_value(20.0).run()
    (second,) = mounted(app)
    assert first.proto.SerializeToString() == second.proto.SerializeToString()
