"""The memory plan: no collection after every run of a page, which costs 100 ms with torch loaded, but one now and then.

What is loaded at start is frozen, so a collection looks only at what visitors made since. Pages leave cycles behind
(a function in a page's namespace refers to that namespace), and with them whatever arrays they named.
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

YOUNG = 10_000  # objects that are new before Python looks at them; a run of a page makes some thousands
NEVER = 1_000_000_000
EVERY_S = 60
LOOK_S = 0.2
MOST_GROWTH = 100 * 2**20

_STATM = Path("/proc/self/statm")


def freeze() -> None:
    """What is loaded by now lives as long as the process: full collections need not look at it again.

    From now on `tidy_when_grown` says when there is one. Python would ask for one every few hundred runs, in the middle
    of them, and with two hundred visitors each takes a third of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, gc.get_threshold()[1], NEVER)


async def tidy_when_grown() -> None:
    """Tidies as soon as the process has grown by MOST_GROWTH, and every EVERY_S seconds between runs; until cancelled.

    Two things make it grow that nobody needs. Pages leave cycles. And a sweep frees two megabytes thousands of times,
    where glibc's aligned allocations seldom fit: it would take a gigabyte in two seconds.
    """
    least, since = _resident(), time.monotonic()
    while True:
        await asyncio.sleep(LOOK_S)
        least = min(least, _resident())
        if _resident() > least + MOST_GROWTH or (time.monotonic() > since + EVERY_S and turns.free()):
            await to_thread.run_sync(tidy)
            least, since = _resident(), time.monotonic()


def tidy() -> None:
    """Collects garbage, and gives freed memory back to the system."""
    gc.collect()
    _trim(0)


def _resident() -> int:
    """Bytes of this process in memory; 0 where the system does not tell it so."""
    return int(_STATM.read_text().split()[1]) * mmap.PAGESIZE if _STATM.exists() else 0


def _glibc(name: str) -> Callable[..., int]:
    """A function of glibc's allocator. Elsewhere there is nothing to give back."""
    try:
        return getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):
        return lambda *_: 0


_trim = _glibc("malloc_trim")
