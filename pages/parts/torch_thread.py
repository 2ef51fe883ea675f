"""One thread for all heavy torch work.

Each thread that calls torch gets an OpenMP pool of its own, so two hundred visitors' script threads would fight
over two cores. They queue here instead: what a visitor waits for goes before what runs ahead of them.
"""

import atexit
import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from queue import PriorityQueue
from typing import TypeVar

T = TypeVar("T")

CLOSING, WAITED_FOR, AHEAD = 0, 1, 2


class TorchThread:
    """Runs calls one after the other; between two steps of background work, whatever a visitor waits for."""

    def __init__(self) -> None:
        self._tasks: PriorityQueue[tuple[int, int, Callable[[], None] | None]] = PriorityQueue()
        self._order = itertools.count()
        self._thread = threading.Thread(target=self._work, name="torch", daemon=True)
        self._thread.start()
        # A thread inside torch while the interpreter goes down ends the process with an abort.
        atexit.register(self.close)

    def run(self, call: Callable[..., T], *args: object) -> T:
        """The call's result, or its exception. Never from within the torch thread itself, which would wait forever."""
        future: Future[T] = Future()
        self._put(WAITED_FOR, lambda: _settle(future, call, args))
        return future.result()

    def ahead(self, steps: Iterator[object]) -> Future[None]:
        """Works the steps off when nobody waits; done when they are exhausted, failed with the first exception.

        Who came last goes first: that is what a visitor looks at now.
        """
        future: Future[None] = Future()
        future.set_running_or_notify_cancel()  # nobody may cancel it under the thread's hands
        order = -next(self._order)

        def step() -> None:
            try:
                next(steps)
            except StopIteration:
                future.set_result(None)
            except Exception as error:  # noqa: BLE001 - whoever waits for the future gets it
                future.set_exception(error)
            else:
                self._tasks.put((AHEAD, order, step))

        self._tasks.put((AHEAD, order, step))
        return future

    def close(self) -> None:
        """Ends the thread after the call it is at; what still waits is dropped."""
        self._put(CLOSING, None)
        self._thread.join()

    def _put(self, priority: int, task: Callable[[], None] | None) -> None:
        self._tasks.put((priority, next(self._order), task))

    def _work(self) -> None:
        while task := self._tasks.get()[2]:
            task()


def _settle(future: Future, call: Callable, args: tuple) -> None:
    try:
        future.set_result(call(*args))
    except BaseException as error:  # noqa: BLE001 - whoever waits for the future gets it
        future.set_exception(error)
