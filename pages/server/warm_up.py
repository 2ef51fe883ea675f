"""What happens once, beside the first visitor: torch is loaded, the default view is ready."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

from anyio import to_thread

from core import sandbox
from core.failures import DataFileError
from pages.server import logs, memory
from pages.server.announcement import announcement

_LOG = logging.getLogger(__name__)
_AGAIN_S = 5.0  # after a failure, which may be mended meanwhile
_ENDS_WITHIN_S = 10.0
_FIRST_PICTURE_S = 3.0  # a first visitor's page and browser want both cores until then


@asynccontextmanager
async def warm_up(_app: object) -> AsyncIterator[None]:
    """The lifespan of the app. It answers at once: a browser fetches scripts for as long as torch takes to load."""
    logs.set_up()
    print(announcement(), flush=True)
    _end_though_somebody_stays()
    beside = asyncio.create_task(_get_ready())
    beside.add_done_callback(_say_why)
    yield
    beside.cancel()
    await to_thread.run_sync(sandbox.stop)


def _end_though_somebody_stays() -> None:
    """uvicorn waits, when it is to end, until the last browser has read what it asked for; one may never."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        ends = signal.getsignal(number)

        def end(received: int, frame: FrameType | None, ends: Any = ends) -> None:
            late = threading.Timer(_ENDS_WITHIN_S, os._exit, (128 + received,))
            late.daemon = True
            late.start()
            if callable(ends):
                ends(received, frame)

        signal.signal(number, end)


async def _get_ready() -> None:
    answer_ahead = await _prepared()
    await asyncio.sleep(_FIRST_PICTURE_S)
    sandbox.start()
    await to_thread.run_sync(memory.freeze)
    await asyncio.gather(memory.tidy_when_grown(), answer_ahead())


async def _prepared() -> Callable[[], Any]:
    """What `_prepare` gives, as soon as it does: a data file that is missing at the start may be put back."""
    said = ""
    while True:
        try:
            return await to_thread.run_sync(_prepare)
        except DataFileError as failure:
            if str(failure) != said:
                said = str(failure)
                _LOG.error("%s The server looks for it every %g s.", said, _AGAIN_S)
        await asyncio.sleep(_AGAIN_S)


def _prepare() -> Callable[[], Any]:
    """Loads what needs torch and computes what everybody sees first; gives what goes on from there."""
    from core.view import View
    from pages.parts import assets, cached
    from pages.server import ahead

    view = View()
    cached.at_scale(view.weights, view.seed, view.dtype, view.scale)
    assets.modules()
    return ahead.answer_ahead


def _say_why(ended: "asyncio.Task[None]") -> None:
    if not ended.cancelled() and (error := ended.exception()):
        _LOG.error("getting ready failed; each page will say what it lacks", exc_info=error)
