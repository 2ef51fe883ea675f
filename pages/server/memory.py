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


def _find_trim() -> Callable[[int], int]:
    """glibc's `malloc_trim`: it keeps what threads freed until asked. Elsewhere there is nothing to do."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return lambda _pad: 0


_trim = _find_trim()
