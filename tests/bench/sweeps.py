"""How long a sweep takes, and how that grows."""

import itertools
import time

import numpy as np
import torch

from core import data, model, sweep
from core.losses import FORMULAS
from pages.parts.torch_thread import TorchThread


def sweeps() -> dict[str, float]:
    """Seconds of one sweep in float32 with untrained weights, spread over the cores as in the app."""
    torch.set_num_threads(1)
    digits, _ = data.load()
    logits = model.logits("untrained", 0, digits)
    every, three = tuple(FORMULAS), sweep.HEADLINE[:3]
    each = TorchThread().each
    found = {}
    for name, rows, scales, formulas in (
        ("three formulas", 50_000, sweep.NEVER, three),
        ("the drag's four", 50_000, sweep.NEVER, sweep.HEADLINE),
        ("all seven", 50_000, sweep.NEVER, every),
        ("three, half the rows", 25_000, sweep.NEVER, three),
        ("three, half the scales", 50_000, sweep.NEVER // 2, three),
    ):
        strip = np.arange(0, rows, rows // sweep.STRIP_ROWS)
        begun = time.perf_counter()
        for _ in itertools.islice(
            sweep.frames(logits[:rows], digits.targets[:rows], "float32", strip, formulas, each=each), scales
        ):
            pass
        found[name] = round(time.perf_counter() - begun, 2)
    return found
