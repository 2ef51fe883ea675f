"""What two thousand reruns leave behind, counted: nothing that grows with them."""

import gc
import logging
import random
from functools import _lru_cache_wrapper

import pytest
import torch

from core.model import SEEDS
from pages.parts import sweeps

RERUNS = 2_000
SETTLED = 600  # by then what these scales, seeds and digits leave in caches is there
DIGITS = 8
SCALES = (1.0, 250.0, 300.0)


def left_behind() -> dict[str, int]:
    """Objects, tensors and remembered results that are alive once garbage is collected."""
    gc.collect()
    objects = gc.get_objects()
    return {
        "objects": len(objects),
        "tensors": sum(issubclass(type(it), torch.Tensor) for it in objects),
        "remembered": sum(it.cache_info().currsize for it in objects if type(it) is _lru_cache_wrapper),
    }


@pytest.fixture
def nothing_logged():
    """pytest keeps every record that is logged."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("nothing_logged")
def test_two_thousand_reruns_leave_nothing_behind(open_link):
    """One visitor changes scale, seed and digit."""
    drawn = random.Random(0)  # noqa: S311 - the same visitor every time
    for seed in SEEDS:
        sweeps.job("untrained", seed, "float32").finished.result()  # what is still computed beside the visitor grows
    app = open_link()
    counted = {}
    for rerun in range(1, RERUNS + 1):
        app.session_state["scale"] = drawn.choice(SCALES)
        app.session_state["seed"] = drawn.choice(SEEDS)
        app.session_state["sample"] = float(drawn.randrange(DIGITS))
        app.run()
        if rerun in (SETTLED, RERUNS):
            assert not app.exception
            counted[rerun] = left_behind()
    before, after = counted[SETTLED], counted[RERUNS]
    assert after["remembered"] == before["remembered"]
    assert after["tensors"] <= before["tensors"]
    assert after["objects"] - before["objects"] < (RERUNS - SETTLED) / 10  # one kept by every rerun would be 1,400
