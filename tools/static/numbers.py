"""The numbers, computed by torch as the app computes them: every scale of the track, and the digits of the picture."""

import base64
import gzip
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from core import data, model, sweep
from core.dtypes import Dtype
from core.model import Weights
from core.view import SCALE_LIMITS, View
from pages.parts.scrubber import wire
from pages.parts.torch_thread import TorchThread

SEED = View().seed

# People type round numbers, and few are on the grid: those with one significant digit are computed beside it.
_LOW, _HIGH = SCALE_LIMITS
_ROUND = {float(f"{digit}e{decade}") for digit in range(1, 10) for decade in range(-1, 5)}
SCALES = tuple(sorted({*sweep.SCALES, *(scale for scale in _ROUND if _LOW <= scale <= _HIGH)}))


@dataclass(frozen=True, slots=True)
class Setting:
    """One choice of weights and dtype, and the name of its file."""

    weights: Weights
    dtype: Dtype

    @property
    def name(self) -> str:
        return f"{self.weights}-{self.dtype}"


def scripts(settings: list[Setting]) -> Iterator[tuple[str, str]]:
    """For each setting the name and the text of the script that hands its numbers to `files.js`."""
    thread = TorchThread()
    digits, _ = data.load()
    try:
        for weights in dict.fromkeys(setting.weights for setting in settings):
            logits = thread.run(model.logits, weights, SEED, digits)
            for setting in (it for it in settings if it.weights == weights):
                packed = gzip.compress(_computed(thread, logits, digits, setting.dtype), 9, mtime=0)
                yield setting.name, f'whereSoftmaxBreaks("{setting.name}", "{base64.b64encode(packed).decode()}");\n'
    finally:
        thread.close()


def _computed(thread: TorchThread, logits: Tensor, digits: data.Digits, dtype: Dtype) -> bytes:
    """The frames of all SCALES and the strip's digits, as `frames.js` reads them."""
    strip = sweep.strip_of(thread.run(sweep.first_failures, logits, digits.targets, dtype))
    frames = thread.run(
        lambda: list(sweep.frames(logits, digits.targets, dtype, strip, scales=SCALES, each=thread.each))
    )
    return wire.encode(
        frames,
        SCALES,
        strip_rows=strip.astype(np.uint16),
        strip_digits=digits.targets.numpy()[strip].astype(np.uint8),
        strip_images=digits.images.numpy()[strip],
    )
