"""A turn that a test holds."""

import threading
import time
from contextlib import contextmanager

import pytest

from pages.parts import turns

SOON = 10  # seconds: no test waits that long unless it fails


@pytest.fixture
def held_turn():
    """A context in which a run of a page has the turn."""

    @contextmanager
    def held():
        began, may_end = threading.Event(), threading.Event()

        def run():
            began.set()
            may_end.wait(SOON)

        turns.begin(run)
        assert began.wait(SOON)
        try:
            yield
        finally:
            may_end.set()
            while turns.idle_s() == 0:
                time.sleep(0.001)

    return held
