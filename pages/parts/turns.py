"""Runs of pages take turns, one at a time.

They share one interpreter. When two hundred visitors act at once and each run wants it for itself, every thread that
waits wakes two hundred times a second to ask for it, and nobody gets anywhere: seconds went by without an answer. Two
at a time still cost a fifth more than one.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_places = threading.Semaphore(1)
_mine = threading.local()
_last = {"ended": time.monotonic()}


@contextmanager
def taken() -> Iterator[None]:
    """A turn for a run of a page. Waits for one, without asking in between."""
    _take()
    try:
        yield
    finally:
        _give_up()


@contextmanager
def given_up() -> Iterator[None]:
    """Around a wait for something else, so that nobody waits behind it; who had a turn then waits for another."""
    had = getattr(_mine, "held", False)
    if not had:
        yield
        return
    _give_up()
    try:
        yield
    finally:
        _take()


def idle_s() -> float:
    """For how many seconds nobody has had a turn; 0 while somebody has one."""
    if not _places.acquire(blocking=False):
        return 0.0
    _places.release()
    return time.monotonic() - _last["ended"]


def _take() -> None:
    _places.acquire()
    _mine.held = True


def _give_up() -> None:
    _mine.held = False
    _last["ended"] = time.monotonic()
    _places.release()
