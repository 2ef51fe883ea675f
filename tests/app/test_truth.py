"""Every page at the few views that tell most; `make truth` reads them at all corners."""

import pytest

from tests.truth.corners import FAST, PAGES
from tests.truth.reading import read


@pytest.mark.parametrize("page", PAGES, ids=lambda it: it or "break-it")
def test_what_the_page_says_is_true(page):
    reading = read(page, FAST)
    assert not reading.wrong
    assert not reading.never_made(rare=False)
