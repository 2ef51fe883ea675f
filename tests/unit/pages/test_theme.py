"""The theme that Streamlit tells a browser: worked out once, and anew when a configuration is read."""

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import NewSession
from streamlit.runtime import app_session

from pages.server.theme import work_out_once

SECTIONS = ("light", "dark", "sidebar")


@pytest.fixture
def worked_out(monkeypatch):
    """The sections that Streamlit worked out."""
    sections = []
    real = app_session._populate_theme_msg

    def counted(message, section):
        sections.append(section)
        real(message, section)

    monkeypatch.setattr(app_session, "_populate_theme_msg", counted)
    return sections


def told() -> bytes:
    """What a browser is told, as `AppSession` asks for it."""
    message = NewSession()
    app_session._populate_theme_msg(message.custom_theme, "theme")
    for section in SECTIONS:
        app_session._populate_theme_msg(getattr(message.custom_theme, section), f"theme.{section}")
    return message.SerializeToString()


def test_every_browser_is_told_the_same_theme_though_it_is_worked_out_once(worked_out):
    before = told()
    worked_out.clear()
    work_out_once()
    assert [told() for _ in range(3)] == [before] * 3
    assert NewSession.FromString(before).custom_theme.dark.primary_color
    assert not NewSession.FromString(before).custom_theme.HasField("sidebar")
    assert worked_out == ["theme", *(f"theme.{section}" for section in SECTIONS)]


def test_a_configuration_that_is_read_anew_counts(worked_out):
    work_out_once()
    told()
    config._on_config_parsed.send()
    told()
    assert worked_out == 2 * ["theme", *(f"theme.{section}" for section in SECTIONS)]
