"""One queue for all heavy torch work.

Two hundred visitors' script threads calling torch would fight over two cores. They queue here instead: what a visitor
waits for goes before what runs ahead of them, and a call may spread its parts over the cores. None takes longer than
some fifty milliseconds: what does is made in steps, and others have their turn between two of them.
"""

import atexit
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import PriorityQueue
from typing import TypeVar, cast

import torch

from pages.parts import turns, visitor

S = TypeVar("S")
T = TypeVar("T")

CLOSING, WAITED_FOR, AHEAD = 0, 1, 2
CORES = 2
_NO_MORE = object()


@dataclass(eq=False, slots=True)
class _Background:
    """Work to be done step by step when nobody waits."""

    steps: Iterator[object]
    wanted: Callable[[], float]
    future: "Future[None]" = field(default_factory=Future)


class TorchThread:
    """Runs calls one after the other; between two steps of background work, whatever a visitor waits for."""

    def __init__(self) -> None:
        self._tasks: PriorityQueue[tuple[int, int, int, Callable[[], None] | None]] = PriorityQueue()
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._rounds = visitor.Rounds()
        self._thread = threading.Thread(target=self._work, name="torch", daemon=True)
        self._thread.start()
        self._background: list[_Background] = []
        # One core an operation: two OpenMP threads on a busy machine wait for each other by spinning, and what takes
        # half a second alone took fifty. Calls share the cores instead, since torch lets go of the interpreter.
        torch.set_num_threads(1)
        self._cores = ThreadPoolExecutor(CORES, thread_name_prefix="torch-core")
        # A thread inside torch while the interpreter goes down ends the process with an abort.
        atexit.register(self.close)

    def run(self, call: Callable[..., T], *args: object) -> T:
        """The call's result, or its exception. Never from within the torch thread itself, which would wait forever."""
        future: Future[T] = Future()
        self._put(WAITED_FOR, lambda: _settle(future, call, args))
        with turns.given_up():
            return future.result()

    def in_steps(self, steps: Iterable[T]) -> list[T]:
        """What the iterable gives, each item made in the torch thread, others' calls between two of them."""
        left, made = iter(steps), []
        with turns.given_up():
            while (item := self.run(next, left, _NO_MORE)) is not _NO_MORE:
                made.append(cast(T, item))
        return made

    def each(self, call: Callable[[S], T], items: Iterable[S]) -> Iterator[T]:
        """As `map`, the calls spread over the cores; for use by what runs in this thread, so that nothing else does."""
        return self._cores.map(call, items)

    def ahead(self, steps: Iterator[object], wanted: Callable[[], float] = lambda: 0.0) -> Future[None]:
        """Works the steps off when nobody waits; done when they are exhausted, failed with the first exception.

        wanted: asked before each step; of all such work the one with the largest answer goes on, the newest of equals
        """
        work = _Background(steps, wanted)
        work.future.set_running_or_notify_cancel()  # nobody may cancel it under the thread's hands
        self._background.append(work)
        self._put(AHEAD, self._step_ahead)
        return work.future

    def idle(self) -> bool:
        """Whether nobody waits and nothing is left to be done ahead."""
        return not self._background and self._tasks.empty()

    def _step_ahead(self) -> None:
        """One step of the work that is most wanted now."""
        work = max(reversed(self._background), key=lambda it: it.wanted())
        try:
            next(work.steps)
        except StopIteration:
            self._background.remove(work)
            work.future.set_result(None)
        except Exception as error:  # noqa: BLE001 - whoever waits for the future gets it
            self._background.remove(work)
            work.future.set_exception(error)
        else:
            self._put(AHEAD, self._step_ahead)

    def close(self) -> None:
        """Ends the thread after the call it is at; what still waits is dropped."""
        self._put(CLOSING, None)
        self._thread.join()
        self._cores.shutdown()

    def _put(self, priority: int, task: Callable[[], None] | None) -> None:
        """In the first round in which who asks has no call yet."""
        with self._lock:
            place = self._rounds.place() if priority == WAITED_FOR else 0
            self._tasks.put((priority, place, next(self._order), task))

    def _work(self) -> None:
        while True:
            _, place, _, task = self._tasks.get()
            if not task:
                return
            self._rounds.serve(place)
            task()


def _settle(future: Future, call: Callable, args: tuple) -> None:
    try:
        future.set_result(call(*args))
    except BaseException as error:  # noqa: BLE001 - whoever waits for the future gets it
        future.set_exception(error)
