"""The sweeps behind the drag: worked off ahead of the visitors, kept as the bytes that browsers fetch."""

import gzip
import time
from collections.abc import Iterator
from concurrent.futures import Future

import streamlit as st

from core import sweep
from core.dtypes import Dtype
from core.model import Weights
from core.view import View
from pages.parts import cached, turns
from pages.parts.scrubber import wire

Setting = tuple[Weights, int, Dtype]

_jobs: dict[Setting, "SweepJob"] = {}


class SweepJob:
    """One sweep on its way: how far it is, then its frames and its bytes."""

    def __init__(self, weights: Weights, seed: int, dtype: Dtype) -> None:
        self.frames: list[sweep.Frame] = []
        self.payload: bytes | None = None
        # What is cached is fetched here, in the caller's thread: the torch thread must not wait for itself.
        logits = cached.logits(weights, seed)
        strip = cached.strip_rows(weights, seed, dtype)
        thread = cached.torch_thread()
        frames = sweep.frames(logits, cached.digits().targets, dtype, strip, each=thread.each)
        self.wanted = time.monotonic()
        self.finished: Future[None] = thread.ahead(self._steps(frames), lambda: self.wanted)

    def _steps(self, frames: Iterator[sweep.Frame]) -> Iterator[None]:
        for frame in frames:
            self.frames.append(frame)
            yield
        self.payload = gzip.compress(wire.encode(self.frames, sweep.SCALES), compresslevel=6, mtime=0)

    def failure(self) -> BaseException | None:
        """What stopped it, if anything did."""
        return self.finished.exception() if self.finished.done() else None

    def progress(self) -> dict[str, int]:
        return {"done": len(self.frames), "total": len(sweep.SCALES)}

    def frame_at(self, scale: float) -> sweep.Frame | None:
        """The frame of this scale, if it is one of the grid and computed by now."""
        step = sweep.SCALES.index(scale) if scale in sweep.SCALES else len(self.frames)
        return self.frames[step] if step < len(self.frames) else None


def job(weights: Weights, seed: int, dtype: Dtype) -> SweepJob:
    """The sweep of these weights in this dtype: started by whoever asks first, and worked on while somebody asks.

    One that failed is forgotten, so that the next question starts it anew.
    """
    setting = weights, seed, dtype
    if not (found := _jobs.get(setting)):
        with turns.given_up():  # its first asker waits for logits, the others for the first
            found = _jobs.setdefault(setting, _started(*setting))
    found.wanted = time.monotonic()
    if found.failure():
        _jobs.pop(setting, None)
        _started.clear(*setting)
    return found


@st.cache_resource(show_spinner=False, max_entries=cached.SETTINGS)
def _started(weights: Weights, seed: int, dtype: Dtype) -> SweepJob:
    return SweepJob(weights, seed, dtype)


def frame(view: View) -> sweep.Frame | None:
    """What the sweep shows at the view's scale, as far as it is computed; asking does not start it."""
    found = _jobs.get((view.weights, view.seed, view.dtype))
    return found.frame_at(view.scale) if found else None


def complete() -> set[Setting]:
    """The settings whose sweeps are complete."""
    return {setting for setting, found in list(_jobs.items()) if found.payload is not None}


def ready(view: View) -> bool:
    """Whether the view's sweep is complete."""
    return job(view.weights, view.seed, view.dtype).payload is not None
