"""What visitors will ask next, while nobody asks: the first sweep, what a class can be asked and the truths, and every
scale of each setting that has its sweep.

A class that follows one link drags over the same few hundred scales. Each takes torch some fifty milliseconds, which
two hundred students would wait for in one queue.
"""

import asyncio
from collections.abc import Callable
from functools import partial

from anyio import to_thread

from core.sweep import SCALES
from core.view import View
from pages.parts import cached, sweeps, turns

_PAUSE_S = 0.25


async def answer_ahead() -> None:
    """Computes one scale after the other, only while visitors ask for nothing; until cancelled."""
    view = View()
    await to_thread.run_sync(sweeps.job, view.weights, view.seed, view.dtype)
    for tell in await to_thread.run_sync(_truths):
        await _when_idle(tell)
    done: set[sweeps.Setting] = set()
    while True:
        await asyncio.sleep(_PAUSE_S)
        for setting in sweeps.complete() - done:
            for scale in SCALES:
                await _when_idle(cached.at_scale, *setting, scale)
            done.add(setting)


async def _when_idle(call: Callable[..., object], *args: object) -> None:
    """Calls it once torch has nothing else to do, and no page has been run for a moment."""
    while not (cached.torch_thread().idle() and turns.idle_s() > _PAUSE_S):
        await asyncio.sleep(_PAUSE_S)
    await to_thread.run_sync(call, *args)


def _truths() -> list[Callable[[], object]]:
    """What tells the truth of each question that a class can be asked."""
    from pages.parts.predictions.ready import READY, truth  # brings pandas, for which the first picture need not wait

    return [partial(truth, key) for key in READY]
