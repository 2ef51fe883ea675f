"""How large an upload may be is the operator's choice, told in megabytes."""

import pytest
from streamlit import config

from pages.server.uploads import limit_uploads


@pytest.fixture(autouse=True)
def as_it_was():
    before = config.get_option("server.maxUploadSize")
    yield
    config.set_option("server.maxUploadSize", before)


def test_without_a_choice_nothing_changes(monkeypatch):
    monkeypatch.delenv("MAX_UPLOAD_MB", raising=False)
    before = config.get_option("server.maxUploadSize")
    assert limit_uploads() == {}
    assert config.get_option("server.maxUploadSize") == before


def test_streamlit_is_told(monkeypatch):
    monkeypatch.setenv("MAX_UPLOAD_MB", "5")
    assert limit_uploads() == {"server.maxUploadSize": 5}
    assert config.get_option("server.maxUploadSize") == 5


@pytest.mark.parametrize("asked", ["abc", "", "0", "-1", "65", "1.5", "1e1", "９", "1" * 5000])
def test_what_is_no_size_ends_with_a_sentence(monkeypatch, asked):
    monkeypatch.setenv("MAX_UPLOAD_MB", asked)
    with pytest.raises(SystemExit, match="it must be a whole number of megabytes, 1 to 64"):
        limit_uploads()
