"""The memory plan: no collection after every run of a page, which costs 100 ms with torch loaded, but one now and then.

What is loaded at start is frozen, so a collection looks only at what visitors made since. Pages leave cycles behind
(a function in a page's namespace refers to that namespace), and with them whatever arrays they named.
"""

import asyncio
import ctypes
import gc
import mmap
from collections.abc import Callable
from pathlib import Path

from anyio import to_thread

EVERY_S = 10
LOOK_S = 0.2
MOST_GROWTH = 100 * 2**20

_STATM = Path("/proc/self/statm")


def freeze() -> None:
    """What is loaded by now lives as long as the process: full collections need not look at it again."""
    gc.collect()
    gc.freeze()


async def tidy_now_and_then() -> None:
    """Collects every EVERY_S seconds, and gives freed memory back to the system; until cancelled."""
    while True:
        await asyncio.sleep(EVERY_S)
        await to_thread.run_sync(tidy)


def tidy() -> None:
    gc.collect()
    _trim(0)


async def give_back_what_is_freed() -> None:
    """Gives freed memory back whenever the process has grown by MOST_GROWTH; until cancelled.

    A sweep frees two megabytes thousands of times, and glibc's aligned allocations seldom fit into what was freed: the
    process would grow by a gigabyte in two seconds.
    """
    least = _resident()
    while True:
        await asyncio.sleep(LOOK_S)
        least = min(least, _resident())
        if _resident() > least + MOST_GROWTH:
            await to_thread.run_sync(_trim, 0)
            least = _resident()


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
