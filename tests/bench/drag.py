"""One step of the scale until all of the page shows it, in a real browser."""

import itertools
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.bench.crowd import milliseconds

STEPS = 40
DRAG_S = 4.0
_WATCH = (Path(__file__).parent / "watch.js").read_text()


def scrubber(browser: Browser, address: str) -> dict[str, object]:
    """Ours: a step to painted, paints per second of a drag, a release to the server's agreement."""
    page = opened(browser, address)
    page.locator(".wsb[data-sweep=ready]").wait_for(timeout=120_000)
    steps = page.evaluate("steps => bench.scrubberSteps(steps)", STEPS)
    paints = _paints_per_second(page)
    releases = page.evaluate("releases => bench.releases(releases)", 12)
    page.context.close()
    return {"step_ms": milliseconds(steps), "paints_per_s": paints, "release_ms": milliseconds(releases)}


def by_keyboard(browser: Browser, address: str, control: str) -> dict[str, object]:
    """A peer: an arrow key on its slider until the page has stopped changing."""
    page = opened(browser, address)
    slider = page.locator(control).first
    slider.wait_for(state="attached", timeout=60_000)
    page.locator(".js-plotly-plot .point").first.wait_for(timeout=60_000)
    slider.focus()
    steps = []
    for _ in range(STEPS // 2):
        page.evaluate("bench.begin()")
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(1_000)
        steps.append(page.evaluate("bench.settledAfter()") / 1000)
    page.context.close()
    return {"step_ms": milliseconds(steps)}


def opened(browser: Browser, address: str) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(_WATCH)
    page = context.new_page()
    page.goto(address)
    return page


def _paints_per_second(page: Page) -> float:
    """Real mouse moves over the whole track, back and forth; a paint is a new `data-scale`."""
    slider = page.get_by_label("Drag the scale")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    height = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 12, height)
    page.mouse.down()
    page.evaluate("bench.countPaints()")
    ends = itertools.cycle([box["x"] + box["width"] - 12, box["x"] + 12])
    while page.evaluate("bench.elapsed()") < 1000 * DRAG_S:
        page.mouse.move(next(ends), height, steps=120)
    paints = page.evaluate("bench.paintsPerSecond()")
    page.mouse.up()
    page.wait_for_timeout(2_000)
    return round(paints, 1)
