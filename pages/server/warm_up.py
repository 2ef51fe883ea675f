"""What happens once, before the first visitor: torch is set up, the default view is ready, its sweep on its way."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import torch
from anyio import to_thread

from core.view import View
from pages.parts import assets, cached, sweeps


@asynccontextmanager
async def warm_up(_app: object) -> AsyncIterator[None]:
    """The lifespan of the app."""
    await to_thread.run_sync(_prepare)
    yield


def _prepare() -> None:
    # One core for torch, the others for the visitors: two OpenMP threads on a busy machine wait for each other by
    # spinning, and what takes half a second alone took fifty.
    torch.set_num_threads(1)
    view = View()
    cached.at_scale(view.weights, view.seed, view.dtype, view.scale)
    sweeps.job(view.weights, view.seed, view.dtype)
    assets.plotly_js()
    assets.modules()
    # What is loaded by now lives as long as the process: full collections need not look at it again.
    gc.collect()
    gc.freeze()
