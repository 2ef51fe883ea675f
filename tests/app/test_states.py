"""What a component's state is to a page."""

import pytest
from streamlit.components.v2.bidi_component import main

from pages.server.states import leave_plain

ROW = {"row": [1.0, 2.0, 3.0, 0]}


@pytest.fixture
def looked_at(monkeypatch, open_link):
    """Opens a page with a component and gives what it finds in the state that a browser sent."""
    monkeypatch.setattr(main, "make_bidi_component_presenter", main.make_bidi_component_presenter)

    def state() -> object:
        app = open_link(scale="300")
        states = app.session_state._state._state
        widget = states._key_id_mapper.get_id_from_key("own_row")
        states._new_widget_state.set_from_value(widget, dict(ROW))
        return app.session_state["own_row"]

    return state


def test_streamlit_wraps_the_state_in_a_class_made_for_the_occasion(looked_at):
    """If it no longer does, `pages/server/states.py` can go."""
    first, second = looked_at(), looked_at()
    assert first == second == ROW
    assert type(first) is not type(second)
    assert type(first) is not dict


def test_a_page_finds_the_plain_dict(looked_at):
    leave_plain()
    assert looked_at() == ROW
    assert type(looked_at()) is dict
