"""What is computed before anybody asks: every scale of a complete setting, and only while torch is idle."""

import asyncio
from functools import partial
from types import SimpleNamespace

import pytest

from pages.server import ahead

SETTING = ("untrained", 0, "float32")
SCALES = (1.0, 2.0, 5.0)


@pytest.fixture
def asked(monkeypatch):
    """The views that were computed, in order."""
    asked: list[tuple] = []
    monkeypatch.setattr(ahead, "_PAUSE_S", 0.001)
    monkeypatch.setattr(ahead, "SCALES", SCALES)
    monkeypatch.setattr(ahead.sweeps, "job", lambda *_: None)
    monkeypatch.setattr(ahead.sweeps, "complete", lambda: {SETTING})
    monkeypatch.setattr(ahead.cached, "at_scale", lambda *view: asked.append(view))
    monkeypatch.setattr(ahead, "_truths", lambda: [partial(asked.append, "scale"), partial(asked.append, "digit")])
    return asked


async def _for_a_while(asked):
    task = asyncio.create_task(ahead.answer_ahead())
    for _ in range(1000):
        await asyncio.sleep(0.002)
        if len(asked) >= 2 + len(SCALES):
            break
    await asyncio.sleep(0.05)  # time to do too much
    task.cancel()


def test_every_truth_and_then_every_scale_of_a_complete_setting_is_computed_once(asked, monkeypatch):
    monkeypatch.setattr(ahead.cached, "torch_thread", lambda: SimpleNamespace(idle=lambda: True))
    asyncio.run(_for_a_while(asked))
    assert asked == ["scale", "digit", *((*SETTING, scale) for scale in SCALES)]


async def _briefly():
    task = asyncio.create_task(ahead.answer_ahead())
    await asyncio.sleep(0.1)
    task.cancel()


def test_nothing_is_computed_while_torch_is_busy(asked, monkeypatch):
    monkeypatch.setattr(ahead.cached, "torch_thread", lambda: SimpleNamespace(idle=lambda: False))
    asyncio.run(_briefly())
    assert asked == []


def test_nothing_is_computed_while_a_page_is_run(held_turn, asked, monkeypatch):
    monkeypatch.setattr(ahead.cached, "torch_thread", lambda: SimpleNamespace(idle=lambda: True))
    with held_turn():
        asyncio.run(_briefly())
    assert asked == []
