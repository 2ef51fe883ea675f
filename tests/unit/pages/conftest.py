"""A turn that a test holds, and a system without threads to give."""

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


@pytest.fixture
def no_thread(monkeypatch):
    """A context in which the system gives none."""

    def none_left(_):
        raise RuntimeError("can't start new thread")

    @contextmanager
    def without():
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", none_left)
            yield

    return without
