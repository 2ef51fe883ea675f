"""Pages that all visitors share are to Streamlit what pages of their own would be."""

from streamlit.navigation.page import Page
from streamlit.util import calc_hash

from pages.parts import navigation


def every_page(open_link) -> list[Page]:
    open_link()  # a page knows its file only if a run has made it
    return [page for section in navigation.pages().values() for page in section]


def test_they_are_made_once(open_link):
    assert all(a is b for a, b in zip(every_page(open_link), every_page(open_link), strict=True))


def test_their_hash_is_streamlits_own_worked_out_once(open_link):
    for page in every_page(open_link):
        assert page._script_hash == Page._script_hash.fget(page) == calc_hash(page._url_path)
        assert page._script_hash is page._script_hash


def test_one_visitors_run_does_not_take_a_page_from_another(open_link):
    """Streamlit lets a page that st.navigation returned run once."""
    first = every_page(open_link)[0]
    first._can_be_called = False
    assert first._can_be_called
    assert not open_link().exception
