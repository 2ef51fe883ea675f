"""Runs of pages take turns.

They share one interpreter. When two hundred visitors act at once and each run wants it for itself, every thread that
waits wakes two hundred times a second to ask for it, and nobody gets anywhere: seconds went by without an answer.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 2

_places = threading.Semaphore(AT_ONCE)
_mine = threading.local()


@contextmanager
def taken() -> Iterator[None]:
    """A turn, held until it is given up or the run ends. Waits for one, without asking in between."""
    _places.acquire()
    _mine.held = True
    try:
        yield
    finally:
        give_up()


def give_up() -> None:
    """Before a wait for something else, so that nobody waits behind it; the run goes on without a turn."""
    if getattr(_mine, "held", False):
        _mine.held = False
        _places.release()
