"""A change of the scale on every page until the page looks as it will stay, and what of that is the server's."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import Browser

from core.sweep import SCALES
from pages.parts.contents import READING_ORDER
from tests.bench.crowd import milliseconds
from tests.bench.drag import opened
from tests.bench.visitor import visiting
from tools.serve import Server

CHANGES = 20
_SETTLED_MS = 900
_STEP = 11  # of the grid, from one change to the next: each scale is new to the server


def changes(browser: Browser, server: Server) -> dict[str, dict[str, dict[str, float]]]:
    """A page's address -> milliseconds in the browser and at the server, which has seen none of these scales."""
    found = {}
    beside = ThreadPoolExecutor(1)  # Playwright's own event loop runs in this thread
    for place, chapter in enumerate(READING_ORDER):
        first = place * 3 % _STEP  # scales that no page before has asked for, as far as there are enough
        scales = [SCALES[(first + i * _STEP) % len(SCALES)] for i in range(2 * CHANGES)]
        found[f"/{chapter.url}"] = {
            "browser_ms": milliseconds(_in_browser(browser, f"{server.address}/{chapter.url}", scales[:CHANGES])),
            "server_ms": milliseconds(
                beside.submit(asyncio.run, _at_server(server.address, chapter.url, scales[CHANGES:])).result()
            ),
        }
    return found


def _in_browser(browser: Browser, address: str, scales: list[float]) -> list[float]:
    page = opened(browser, address)
    page.get_by_test_id("stPageLink").first.wait_for(timeout=60_000)  # the end of every page
    page.wait_for_timeout(3_000)
    box = page.get_by_label("Scale", exact=True)
    times = []
    for scale in scales:
        box.fill(f"{scale:g}")
        page.wait_for_timeout(200)
        page.evaluate("bench.begin()")
        box.press("Enter")
        page.wait_for_timeout(_SETTLED_MS)
        times.append(page.evaluate("bench.settledAfter()") / 1000)
    page.context.close()
    return [time for time in times if time == time]


async def _at_server(address: str, page: str, scales: list[float]) -> list[float]:
    async with visiting(address, page) as visitor:
        await visitor.open()
        return [await visitor.set_scale(scale) for scale in scales]
