"""The memory plan: cycles go, and with them what they hold."""

import gc
import weakref

import numpy as np

from pages.server import memory


def test_a_cycle_with_an_array_is_gone_after_tidying():
    gc.disable()
    try:
        page: dict = {"array": np.zeros(10)}
        page["itself"] = page
        array = weakref.ref(page["array"])
        del page
        assert array() is not None
        memory.tidy()
        assert array() is None
    finally:
        gc.enable()


def test_freezing_leaves_nothing_to_look_at():
    try:
        memory.freeze()
        assert gc.get_freeze_count() > 0
        assert len(gc.get_objects()) < gc.get_freeze_count()
    finally:
        gc.unfreeze()
