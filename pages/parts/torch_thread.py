"""One thread for all heavy torch work.

Each thread that calls torch gets an OpenMP pool of its own, so two hundred visitors' script threads would fight
over two cores. They queue here instead: what a visitor waits for goes before what runs ahead of them.
"""

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from queue import PriorityQueue
from typing import TypeVar

T = TypeVar("T")

WAITED_FOR, AHEAD = 0, 1


class TorchThread:
    """Runs calls one after the other; between two steps of background work, whatever a visitor waits for."""

    def __init__(self) -> None:
        self._tasks: PriorityQueue[tuple[int, int, Callable[[], None]]] = PriorityQueue()
        self._order = itertools.count()
        threading.Thread(target=self._work, name="torch", daemon=True).start()

    def run(self, call: Callable[..., T], *args: object) -> T:
        """The call's result, or its exception. Never from within the torch thread itself, which would wait forever."""
        future: Future[T] = Future()
        self._put(WAITED_FOR, lambda: _settle(future, call, args))
        return future.result()

    def ahead(self, steps: Iterator[object]) -> Future[None]:
        """Works the steps off when nobody waits; done when they are exhausted, failed with the first exception."""
        future: Future[None] = Future()

        def step() -> None:
            try:
                next(steps)
            except StopIteration:
                future.set_result(None)
            except Exception as error:  # noqa: BLE001 - whoever waits for the future gets it
                future.set_exception(error)
            else:
                self._put(AHEAD, step)

        self._put(AHEAD, step)
        return future

    def _put(self, priority: int, task: Callable[[], None]) -> None:
        self._tasks.put((priority, next(self._order), task))

    def _work(self) -> None:
        while True:
            self._tasks.get()[2]()


def _settle(future: Future, call: Callable, args: tuple) -> None:
    try:
        future.set_result(call(*args))
    except Exception as error:  # noqa: BLE001 - whoever waits for the future gets it
        future.set_exception(error)
