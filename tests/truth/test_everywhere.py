"""Every page at every corner of the view: what it claims is true, and nothing smells. `make truth`."""

import pytest

from tests.truth.corners import CHOSEN, CORNERS, PAGES
from tests.truth.reading import read


@pytest.mark.parametrize("page", PAGES, ids=lambda it: it or "break-it")
def test_what_the_page_says_is_true_at_every_corner(page, record_property):
    reading = read(page, CORNERS + CHOSEN, slow=True)
    record_property("truth", (reading.page or "break-it", reading.views, len(reading.made), sum(reading.made.values())))
    assert not reading.wrong
    assert not reading.never_made(rare=True)
