"""Runs of pages take turns, one at a time.

They share one interpreter. When two hundred visitors act at once and each run wants it for itself, every thread that
waits wakes two hundred times a second to ask for it, and nobody gets anywhere: seconds went by without an answer. Two
at a time still cost a fifth more than one.

So a run gets a thread only when it is its turn, and a thread whose run has ended goes on with the next: making two
hundred kept the loop, which starts them, from hearing and answering anybody for half a second. Who has waited for
something goes before who has not begun, or the one who makes what all need would be the last to go on.
"""

import heapq
import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context
from dataclasses import dataclass, field

from pages.parts.visitor import Rounds

Run = Callable[[], None]


@dataclass(slots=True)
class _Line:
    """Who waits for a turn: first those who had given theirs up, then the others; in each, by rounds of addresses.

    A run that has a thread is woken, one that has none gets one.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: list[tuple[bool, int, int, threading.Event | Run]] = field(default_factory=list)  # a heap
    rounds: Rounds = field(default_factory=Rounds)
    order: Iterator[int] = field(default_factory=itertools.count)
    taken: bool = False
    ended: float = field(default_factory=time.monotonic)

    def join(self, who: threading.Event | Run, begins: bool) -> None:
        heapq.heappush(self.waiting, (begins, self.rounds.place(), next(self.order), who))


_line = _Line()
_mine = threading.local()


def begin(run: Run) -> None:
    """Runs it in some thread as soon as it is its turn; returns at once.

    RuntimeError: the system gives no thread, and it will not run.
    """
    with _line.lock:
        if _line.taken:
            _line.join(run, begins=True)
            return
        _line.taken = True
    try:
        _in_a_thread(run)
    except RuntimeError:
        _leave_to_a_thread()
        raise


@contextmanager
def given_up() -> Iterator[None]:
    """Around a wait for something else, so that nobody waits behind it; who had a turn then waits for another."""
    if not _held():
        yield
        return
    _mine.held = False
    _leave()
    try:
        yield
    finally:
        _wait_for_a_turn()
        _mine.held = True


def passed_on() -> None:
    """Between two runs of one visitor: whoever waits has a turn before the second."""
    woken = threading.Event()
    with _line.lock:
        if not (_held() and _line.waiting):
            return
        _line.join(woken, begins=True)
    _leave()
    woken.wait()


def idle_s() -> float:
    """For how many seconds nobody has had a turn; 0 while somebody has one."""
    with _line.lock:
        return 0.0 if _line.taken else time.monotonic() - _line.ended


def _held() -> bool:
    return getattr(_mine, "held", False)


def _wait_for_a_turn() -> None:
    woken = threading.Event()
    with _line.lock:
        if not _line.taken:
            _line.taken = True
            return
        _line.join(woken, begins=False)
    woken.wait()


def _leave() -> None:
    """Somebody else has the turn now, or nobody."""
    if following := _next():
        try:
            _in_a_thread(following)
        except RuntimeError:
            with _line.lock:
                heapq.heappush(_line.waiting, (True, 0, next(_line.order), following))
            _leave_to_a_thread()


def _next() -> Run | None:
    """Ends a turn. Wakes the run whose turn it is now, or gives it where it has no thread yet."""
    with _line.lock:
        following = None
        if _line.waiting:
            _, place, _, following = heapq.heappop(_line.waiting)
            _line.rounds.serve(place)
        else:
            _free()
    if isinstance(following, threading.Event):
        following.set()
        return None
    return following


def _leave_to_a_thread() -> None:
    """Where the system gives no more of them."""
    with _line.lock:
        for place in sorted(_line.waiting, key=lambda it: it[:3]):
            if isinstance(woken := place[3], threading.Event):
                _line.waiting.remove(place)
                heapq.heapify(_line.waiting)
                woken.set()
                return
        _free()


def _free() -> None:
    _line.taken = False
    _line.ended = time.monotonic()


def _in_a_thread(run: Run) -> None:
    threading.Thread(target=_work, args=(run,), name="run", daemon=True).start()


def _work(run: Run | None) -> None:
    _mine.held = True
    while run:
        try:
            Context().run(run)
        except BaseException:  # noqa: BLE001 - told as of a thread of its own, and the others have their turns
            with suppress(Exception):  # nobody listens
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
        run = _next()
