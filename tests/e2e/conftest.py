"""A real browser on a real server. Without a browser these tests are skipped, in CI they fail."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tools import browser as browsers
from tools.serve import served

# Streamlit itself asks for these below the page's own path on a deep link, and gets 404.
STREAMLITS_OWN_404 = ("/_stcore/health", "/_stcore/host-config")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = browsers.find()
    if not executable:
        reason = "no browser: set CHROMIUM, or install chromium or google-chrome"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=browsers.ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with served() as running:
        yield running


class Visit:
    """One visitor's tab, and what went wrong in it."""

    def __init__(self, browser: Browser, address: str, **context: object) -> None:
        self.address = address
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **context})
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._asked)

    def open(self, link: str = "/") -> Page:
        """The page, once its numbers are painted and Plotly has drawn."""
        self.page.goto(self.address + link)
        self.page.locator(".wsb[data-scale]:not(.wsb-moving)").wait_for(timeout=60_000)
        return self.page

    def _heard(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "") if message.location else ""
        if message.type == "error" and not url.endswith(STREAMLITS_OWN_404):
            self.errors.append(f"{message.text} {url}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:", "http://127.0.0.1", "ws://127.0.0.1")):
            self.foreign.append(request.url)


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    tab = Visit(browser, address)
    yield tab
    tab.context.close()
    assert not tab.errors
    assert not tab.foreign


@pytest.fixture
def visit_as(browser: Browser, address: str) -> Iterator:
    """Visits with a context of their own: a phone, a dark theme, another server."""
    tabs: list[Visit] = []

    def made(at: str = address, **context: object) -> Visit:
        tabs.append(Visit(browser, at, **context))
        return tabs[-1]

    yield made
    for tab in tabs:
        tab.context.close()
        assert not tab.errors
        assert not tab.foreign
