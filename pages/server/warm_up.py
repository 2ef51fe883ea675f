"""What happens once, before the first visitor: torch is set up, the default view is ready, its sweep on its way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import torch
from anyio import to_thread

from core.view import View
from pages.parts import assets, cached, sweeps
from pages.server import ahead, memory


@asynccontextmanager
async def warm_up(_app: object) -> AsyncIterator[None]:
    """The lifespan of the app."""
    await to_thread.run_sync(_prepare)
    beside = [asyncio.create_task(it) for it in (memory.tidy_now_and_then(), ahead.answer_ahead())]
    yield
    for task in beside:
        task.cancel()


def _prepare() -> None:
    # One core for torch, the others for the visitors: two OpenMP threads on a busy machine wait for each other by
    # spinning, and what takes half a second alone took fifty.
    torch.set_num_threads(1)
    view = View()
    cached.at_scale(view.weights, view.seed, view.dtype, view.scale)
    sweeps.job(view.weights, view.seed, view.dtype)
    assets.modules()
    memory.freeze()
