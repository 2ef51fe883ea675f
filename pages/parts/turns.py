"""Runs of pages take turns, one at a time.

They share one interpreter. When two hundred visitors act at once and each run wants it for itself, every thread that
waits wakes two hundred times a second to ask for it, and nobody gets anywhere: seconds went by without an answer. Two
at a time still cost a fifth more than one.

So a run gets a thread only when it is its turn, and a thread whose run has ended goes on with the next: making two
hundred kept the loop, which starts them, from hearing and answering anybody for half a second. Who has waited for
something goes before who has not begun, or the one who makes what all need would be the last to go on.
"""

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context
from dataclasses import dataclass, field

Run = Callable[[], None]


@dataclass(slots=True)
class _Line:
    """Who waits for a turn: first those who had given theirs up, to be woken, then the runs that have not begun."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    begun: deque[threading.Event] = field(default_factory=deque)
    new: deque[Run] = field(default_factory=deque)
    taken: bool = False
    ended: float = field(default_factory=time.monotonic)


_line = _Line()
_mine = threading.local()


def begin(run: Run) -> None:
    """Runs it in some thread as soon as it is its turn; returns at once.

    RuntimeError: the system gives no thread now.
    """
    with _line.lock:
        if _line.taken:
            _line.new.append(run)
            return
        _line.taken = True
    _in_a_thread(run)


@contextmanager
def given_up() -> Iterator[None]:
    """Around a wait for something else, so that nobody waits behind it; who had a turn then waits for another."""
    if not getattr(_mine, "held", False):
        yield
        return
    _mine.held = False
    if following := _next():
        with suppress(RuntimeError):  # then it has its turn after the next that begins or goes on
            _in_a_thread(following)
    try:
        yield
    finally:
        _wait_for_a_turn()
        _mine.held = True


def idle_s() -> float:
    """For how many seconds nobody has had a turn; 0 while somebody has one."""
    with _line.lock:
        return 0.0 if _line.taken else time.monotonic() - _line.ended


def _wait_for_a_turn() -> None:
    woken = threading.Event()
    with _line.lock:
        if not _line.taken:
            _line.taken = True
            return
        _line.begun.append(woken)
    woken.wait()


def _next() -> Run | None:
    """Ends a turn. The run whose turn it is now, where it has no thread yet."""
    with _line.lock:
        if _line.begun:
            _line.begun.popleft().set()
            return None
        if _line.new:
            return _line.new.popleft()
        _line.taken = False
        _line.ended = time.monotonic()
        return None


def _in_a_thread(run: Run) -> None:
    """For whoever has just taken, or been left, the turn."""
    try:
        threading.Thread(target=_work, args=(run,), name="run", daemon=True).start()
    except RuntimeError:
        with _line.lock:
            _line.taken = False
            _line.new.appendleft(run)  # for the thread of the next who begins
        raise


def _work(run: Run | None) -> None:
    _mine.held = True
    while run:
        try:
            Context().run(run)
        except BaseException:  # noqa: BLE001 - told as of a thread of its own, and the others have their turns
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
        run = _next()
