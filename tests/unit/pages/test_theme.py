"""The theme that Streamlit tells a browser: looked up once, and anew when a configuration is read."""

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from pages.server.theme import look_up_once


@pytest.fixture
def looked_up(monkeypatch):
    """The sections that were looked up among all options."""
    sections = []
    real = config.get_options_for_section

    def counted(section):
        sections.append(section)
        return real(section)

    monkeypatch.setattr(config, "get_options_for_section", counted)
    return sections


def told() -> CustomThemeConfig:
    message = CustomThemeConfig()
    app_session._populate_theme_msg(message)
    return message


def test_every_browser_is_told_the_same_theme_from_one_look(looked_up):
    before = told()
    look_up_once()
    assert [told() for _ in range(3)] == [before] * 3
    assert before.base_radius
    assert looked_up == ["theme"] * 2


def test_a_configuration_that_is_read_anew_counts(looked_up):
    look_up_once()
    told()
    config._on_config_parsed.send()
    told()
    assert looked_up == ["theme"] * 2
