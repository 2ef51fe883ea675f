"""Many visitors at once: each opens the page, then changes the scale again and again."""

import asyncio
import contextlib
import random
import time
import urllib.request

from core.sweep import SCALES
from tests.bench import process
from tests.bench.visitor import visiting
from tools.serve import Server

THINK_S = 2.0


def crowd(server: Server, visitors: int, seconds: float, page: str = "", label: str = "Scale") -> dict[str, object]:
    """What so many visitors at the server waited, and what it used. All open at once; then they think and change.

    label: of the control that sets the scale
    """
    return asyncio.run(_crowd(server, visitors, seconds, page, label))


async def _crowd(server: Server, visitors: int, seconds: float, page: str, label: str) -> dict[str, object]:
    opened: list[float] = []
    waited: list[float] = []
    errors: list[str] = []
    health: list[float] = []
    all_open = asyncio.Event()
    begun = time.perf_counter()

    async def visit(seed: int) -> None:
        drawn = random.Random(seed)  # noqa: S311 - the same visitors in every run
        try:
            async with visiting(server.address, page, label) as visitor:
                await visitor.open()
                opened.append(time.perf_counter() - begun)
                if len(opened) + len(errors) == visitors:
                    all_open.set()
                await all_open.wait()
                until = time.perf_counter() + seconds
                await asyncio.sleep(drawn.uniform(0, THINK_S))
                while time.perf_counter() < until:
                    waited.append(await visitor.set_scale(drawn.choice(SCALES)))
                    await asyncio.sleep(drawn.uniform(0.5, 1.5) * THINK_S)
        except Exception as error:  # noqa: BLE001 - one visitor's trouble is a figure of the benchmark
            errors.append(f"{type(error).__name__}: {error}")
            if len(opened) + len(errors) >= visitors:
                all_open.set()

    knocking = asyncio.create_task(_knock(server.address, health))
    crowded = asyncio.gather(*(visit(seed) for seed in range(visitors)))
    await all_open.wait()
    cpu, ready = process.cpu_s(server.pid), time.perf_counter() - begun
    await crowded
    used = process.cpu_s(server.pid) - cpu
    knocking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await knocking
    return {
        "visitors": visitors,
        "all_open_s": ready,
        "changes": len(waited),
        "change_ms": milliseconds(waited),
        "errors": errors[:5],
        "error_count": len(errors),
        "cpu_per_change_ms": 1000 * used / max(1, len(waited)),
        "health_ms": milliseconds(health),
        "memory_mb": process.memory_mb(server.pid),
    }


async def _knock(address: str, health: list[float]) -> None:
    """Asks for the server's health four times a second."""
    while True:
        begun = time.perf_counter()
        await asyncio.to_thread(lambda: urllib.request.urlopen(f"{address}/_stcore/health", timeout=60).read())  # noqa: S310
        health.append(time.perf_counter() - begun)
        await asyncio.sleep(0.25)


def milliseconds(seconds: list[float]) -> dict[str, float]:
    """p50, p95 and p99."""
    ordered = sorted(seconds)
    return {
        f"p{q}": round(1000 * ordered[min(len(ordered) - 1, q * len(ordered) // 100)], 1)
        for q in (50, 95, 99)
        if ordered
    }
