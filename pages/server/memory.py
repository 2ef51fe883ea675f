"""The memory plan: no collection after every run of a page, which costs 100 ms with torch loaded, but one now and then.

What has survived one is frozen: the next looks only at what visitors made since, or with two hundred of them it would
stop everybody for half a second. Pages leave cycles behind (a function in a page's namespace refers to that namespace),
and with them whatever arrays they named; so do, more slowly, visitors who go.
"""

import asyncio
import ctypes
import gc
import mmap
import time
from collections.abc import Callable
from pathlib import Path

from anyio import to_thread

from pages.parts import turns

YOUNG = 100_000  # objects that are new before Python looks at them by itself; two hundred runs leave fewer
MANY = 20_000  # objects that are new and worth a look once nobody waits
NEVER = 1_000_000_000
EVERY_S, IDLE_S = 60, 30
LOOK_S, PAUSE_S = 0.2, 0.1
MOST_GROWTH, MOST_GROWTH_OF_ALL = 100 * 2**20, 300 * 2**20

_STATM = Path("/proc/self/statm")


def freeze() -> None:
    """What is loaded by now lives as long as the process: full collections need not look at it again.

    From now on `tidy_when_grown` says when there is one. Python would ask for one every few hundred runs, in the middle
    of them, and with two hundred visitors each takes a third of a second; for smaller ones every few runs, and when
    two hundred run at once the last of them waits for all.
    """
    tidy()
    gc.set_threshold(YOUNG, gc.get_threshold()[1], NEVER)


async def tidy_when_grown() -> None:
    """Tidies as soon as the process has grown by MOST_GROWTH, and every EVERY_S seconds between runs; until cancelled.

    What is new, without freezing it, in a pause of PAUSE_S after runs that have left MANY objects. All there is,
    frozen too, once nobody has run a page for IDLE_S seconds, or when that grew by MOST_GROWTH_OF_ALL.

    Two things make it grow that nobody needs. Pages leave cycles. And a sweep frees two megabytes thousands of times,
    where glibc's aligned allocations seldom fit: it would take a gigabyte in two seconds.
    """
    least = least_of_all = _resident()
    tidied = tidied_all = time.monotonic()
    while True:
        await asyncio.sleep(LOOK_S)
        now, size, idle_s = time.monotonic(), _resident(), turns.idle_s()
        least, least_of_all = min(least, size), min(least_of_all, size)
        if size > least_of_all + MOST_GROWTH_OF_ALL or (idle_s > IDLE_S and now - idle_s > tidied_all):
            await to_thread.run_sync(tidy_all)
            least = least_of_all = _resident()
            tidied = tidied_all = time.monotonic()
        elif size > least + MOST_GROWTH or (idle_s and now > tidied + EVERY_S):
            await to_thread.run_sync(tidy)
            least, tidied = _resident(), time.monotonic()
        elif idle_s > PAUSE_S and gc.get_count()[0] > MANY:
            await to_thread.run_sync(gc.collect, 1)


def tidy() -> None:
    """Collects the garbage that is new, freezes the rest, and gives freed memory back to the system."""
    gc.collect()
    gc.freeze()
    _trim(0)


def tidy_all() -> None:
    """Collects all garbage."""
    gc.unfreeze()
    tidy()


def _resident() -> int:
    """Bytes of this process in memory; 0 where the system does not tell it so, or has no file left to tell it in."""
    try:
        return int(_STATM.read_text().split()[1]) * mmap.PAGESIZE
    except OSError:
        return 0


def _glibc(name: str) -> Callable[..., int]:
    """A function of glibc's allocator. Elsewhere there is nothing to give back."""
    try:
        return getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):
        return lambda *_: 0


_trim = _glibc("malloc_trim")
