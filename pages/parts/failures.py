"""What a page says in place of what it cannot show. Streamlit's own words for any error are the same: one happened."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.failures import DataFileError

UNFORESEEN = (
    "This page could not be shown: something failed that nobody foresaw, and the log of this server says where. Load "
    "the page again; the others may work meanwhile."
)


@contextmanager
def said_on_the_page() -> Iterator[None]:
    """Whatever runs in it and needs a data file that is not there says so. What was read once is kept, and a failure is
    not: the next run finds the file where it was put back."""
    try:
        yield
    except DataFileError as failure:
        st.error(f"{failure} Then load this page again: the server need not be started anew.")


def say_unforeseen(_error: Exception) -> bool:
    """For any other error, which Streamlit has logged by now."""
    st.error(UNFORESEEN)
    return True  # or Streamlit would add its own words
