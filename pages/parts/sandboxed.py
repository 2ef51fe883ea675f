"""A visitor's own work, in the sandbox: so many at a time, and of one address fewer, which leaves room for others."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from core import sandbox
from core.sandbox import Allowance
from pages.parts import turns, visitor

T = TypeVar("T")

AT_ONCE, OF_AN_ADDRESS = 8, 3

_places = threading.BoundedSemaphore(AT_ONCE)
_places_of: WeakValueDictionary[str, threading.Semaphore] = WeakValueDictionary()
_lock = threading.Lock()


def run(task: Callable[..., T], *args: Any, allowance: Allowance) -> T:
    """As `core.sandbox.run`; nobody else waits meanwhile but those whose own work needs a place."""
    with _lock:
        own_places = _places_of.setdefault(visitor.address(), threading.BoundedSemaphore(OF_AN_ADDRESS))
    with turns.given_up(), own_places, _places:
        return sandbox.run(task, *args, allowance=allowance)
