"""The memory plan: no collection after every run of a page, which costs 100 ms with torch loaded, but one now and then.

What is loaded at start is frozen, so a collection looks only at what visitors made since. Pages leave cycles behind
(a function in a page's namespace refers to that namespace), and with them whatever arrays they named.
"""

import asyncio
import ctypes
import gc
from collections.abc import Callable

from anyio import to_thread

EVERY_S = 10


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


_M_ARENA_MAX = -8  # glibc's malloc.h


def share_what_is_freed() -> None:
    """From now on all threads allocate from one arena: what one frees another uses. Before other threads start.

    Each with an arena of its own, two threads on a sweep held a gigabyte that neither used.
    """
    _glibc("mallopt")(_M_ARENA_MAX, 1)


def _glibc(name: str) -> Callable[..., int]:
    """A function of glibc's allocator. Elsewhere there is nothing to set, and nothing to trim."""
    try:
        return getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):
        return lambda *_: 0


_trim = _glibc("malloc_trim")
