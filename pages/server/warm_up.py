"""What happens once, beside the first visitor: torch is loaded, the default view is ready."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from anyio import to_thread

from pages.server import logs, memory
from pages.server.announcement import announcement

_LOG = logging.getLogger(__name__)
_FIRST_PICTURE_S = 3.0  # a first visitor's page and browser want both cores until then


@asynccontextmanager
async def warm_up(_app: object) -> AsyncIterator[None]:
    """The lifespan of the app. It answers at once: a browser fetches scripts for as long as torch takes to load."""
    logs.set_up()
    print(announcement(), flush=True)
    beside = asyncio.create_task(_get_ready())
    beside.add_done_callback(_say_why)
    yield
    beside.cancel()


async def _get_ready() -> None:
    answer_ahead = await to_thread.run_sync(_prepare)
    await asyncio.sleep(_FIRST_PICTURE_S)
    await to_thread.run_sync(memory.freeze)
    await asyncio.gather(memory.tidy_when_grown(), answer_ahead())


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
