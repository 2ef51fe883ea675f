"""The way to the first picture: from starting the server, and over the wire."""

import time

from playwright.sync_api import Browser

from tools.serve import started


def spawn_to_plot(browser: Browser, *command: str, plot: str, **environment: str) -> float:
    """Seconds from starting a server until a browser has drawn its first marks."""
    begun = time.perf_counter()
    with started(*command, **environment) as server:
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.goto(server.address)
        page.locator(plot).first.wait_for(state="attached", timeout=120_000)
        taken = time.perf_counter() - begun
        page.context.close()
    return round(taken, 2)


def first_load(browser: Browser, address: str) -> dict[str, float]:
    """Requests and megabytes over the wire of a first visit, until nothing more comes."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[int] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address)
    page.locator(".js-plotly-plot .point, .wsb[data-sweep=ready]").first.wait_for(timeout=120_000)
    page.wait_for_timeout(3_000)
    page.context.close()
    return {"requests": len(sizes), "megabytes": round(sum(sizes) / 1e6, 2)}
