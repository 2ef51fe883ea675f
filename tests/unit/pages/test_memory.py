"""The memory plan: cycles go, and with them what they hold."""

import asyncio
import gc
import weakref

import numpy as np
import pytest

from pages.parts import turns
from pages.server import memory


@pytest.fixture
def only_when_asked():
    """Nothing is collected but by us."""
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


def cycle() -> tuple[dict, weakref.ref]:
    """A page that refers to itself, and a look at the array it names."""
    page: dict = {"array": np.zeros(10)}
    page["itself"] = page
    return page, weakref.ref(page["array"])


@pytest.mark.usefixtures("only_when_asked")
def test_a_cycle_with_an_array_is_gone_after_tidying():
    page, array = cycle()
    del page
    assert array() is not None
    memory.tidy()
    assert array() is None


@pytest.mark.usefixtures("only_when_asked")
def test_what_has_survived_is_looked_at_again_only_when_all_is():
    page, array = cycle()
    memory.tidy()
    del page
    memory.tidy()
    assert array() is not None
    memory.tidy_all()
    assert array() is None


def test_freezing_leaves_nothing_to_look_at():
    thresholds = gc.get_threshold()
    try:
        memory.freeze()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold()[2] == memory.NEVER
        assert len(gc.get_objects()) < gc.get_freeze_count()
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)


def test_there_is_tidying_when_the_process_has_grown_and_not_before(monkeypatch):
    resident, tidied = [500 * 2**20], []

    def tidy() -> None:
        tidied.append(resident[0])
        resident[0] = 510 * 2**20

    async def grow() -> None:
        task = asyncio.create_task(memory.tidy_when_grown())
        for now in (520, 590, 450, 540, 560):
            await asyncio.sleep(0.02)
            resident[0] = now * 2**20
        await asyncio.sleep(0.02)
        task.cancel()

    monkeypatch.setattr(memory, "LOOK_S", 0.001)
    monkeypatch.setattr(memory, "_resident", lambda: resident[0])
    monkeypatch.setattr(memory, "tidy", tidy)
    asyncio.run(grow())
    assert tidied == [560 * 2**20]


def test_there_is_tidying_now_and_then_but_not_in_the_middle_of_a_run(held_turn, monkeypatch):
    tidied = []

    async def wait():
        task = asyncio.create_task(memory.tidy_when_grown())
        with held_turn():
            await asyncio.sleep(0.05)
            during = list(tidied)
        await asyncio.sleep(0.05)
        task.cancel()
        return during

    monkeypatch.setattr(memory, "LOOK_S", 0.001)
    monkeypatch.setattr(memory, "EVERY_S", 0.01)
    monkeypatch.setattr(memory, "tidy", lambda: tidied.append(1))
    assert asyncio.run(wait()) == []
    assert tidied


@pytest.mark.usefixtures("only_when_asked")
def test_what_runs_have_left_goes_in_the_pause_after_them(held_turn, monkeypatch):
    async def gone() -> tuple[bool, bool]:
        task = asyncio.create_task(memory.tidy_when_grown())
        with held_turn():
            arrays = [cycle()[1] for _ in range(memory.MANY)]
            await asyncio.sleep(0.05)
            during = arrays[0]() is None
        await asyncio.sleep(0.1)
        task.cancel()
        return during, arrays[0]() is None

    monkeypatch.setattr(memory, "LOOK_S", 0.001)
    monkeypatch.setattr(memory, "PAUSE_S", 0.02)
    monkeypatch.setattr(memory, "MOST_GROWTH", 10**12)
    assert asyncio.run(gone()) == (False, True)


def test_all_is_tidied_once_nobody_has_run_a_page_for_long(held_turn, monkeypatch):
    tidied = []

    async def wait():
        task = asyncio.create_task(memory.tidy_when_grown())
        for _ in range(2):
            with held_turn():
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.1)
        task.cancel()

    monkeypatch.setattr(memory, "LOOK_S", 0.001)
    monkeypatch.setattr(memory, "IDLE_S", 0.02)
    monkeypatch.setattr(memory, "tidy", lambda: None)
    monkeypatch.setattr(memory, "tidy_all", lambda: tidied.append(turns.idle_s() > 0))
    asyncio.run(wait())
    assert tidied == [True, True]
