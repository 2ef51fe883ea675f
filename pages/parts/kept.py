"""What pages work out of a view, kept for whoever looks at the same one next: a class looks at one."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from types import CodeType
from typing import Any, TypeVar, TypeVarTuple, Unpack

from pages.parts import turns

T = TypeVar("T")
Of = TypeVarTuple("Of")
_Key = tuple[CodeType, str]


class _Shelf:
    """Results by what they were made of; the ones least lately asked for make place."""

    MOST = 600

    def __init__(self) -> None:
        self._results: OrderedDict[_Key, Any] = OrderedDict()
        self._made: dict[_Key, threading.Event] = {}  # of what is being made: when it is
        self._lock = threading.Lock()

    def get(self, make: Callable[..., Any], of: tuple[object, ...]) -> Any:
        key = make.__code__, repr(of)  # as == has it, -0.0 is 0.0, and nan is not nan
        while True:
            with self._lock:
                if key in self._results:
                    self._results.move_to_end(key)
                    return self._results[key]
                if not (made := self._made.get(key)):
                    self._made[key] = threading.Event()
                    break
            with turns.given_up():
                made.wait()
        return self._keep(key, make, of)

    def _keep(self, key: _Key, make: Callable[..., Any], of: tuple[object, ...]) -> Any:
        """Makes it. Where that fails, whoever waits for it tries next."""
        try:
            result = make(*of)
            with self._lock:
                self._results[key] = result
                if len(self._results) > self.MOST:
                    self._results.popitem(last=False)
            return result
        finally:
            with self._lock:
                self._made.pop(key).set()

    def clear(self) -> None:
        with self._lock:
            self._results.clear()


_shelf = _Shelf()


def kept(make: Callable[[Unpack[Of]], T], *of: *Of) -> T:
    """make(*of), made for the first visitor who asks; others who ask meanwhile wait.

    A page is run anew for everybody, and its functions are new ones each time: they count as the same where their code
    is. So nothing but `of` may decide the result, and nobody may change it.
    """
    return _shelf.get(make, of)


def forget() -> None:
    """As if nobody had asked for anything."""
    _shelf.clear()
