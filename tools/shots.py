"""Every page in a real browser, light and dark, desktop and phone, as PNGs for looking: `make shots`."""

import sys
from itertools import product
from typing import Literal

from playwright.sync_api import Page, sync_playwright

from pages.parts.contents import READING_ORDER
from tools import browser
from tools.serve import PROJECT, served

BREAK_IT = {"break-it-300": "/?scale=300", "break-it-trained": "/?scale=5&weights=trained"}
CHAPTERS = {it.url: f"/{it.url}?scale=300" for it in READING_ORDER if it.url}
DIAGNOSED = {"diagnose-float16": "/diagnose?example=trained+MLP&dtype=float16"}
PAGES = BREAK_IT | CHAPTERS | DIAGNOSED
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (1280, 390)
FOLDER = PROJECT / "build" / "shots"


def shoot(page: Page, address: str, width: int, name: str) -> None:
    page.goto(address)
    page.get_by_test_id("stPageLink").first.wait_for(timeout=60_000)  # the end of every page
    page.wait_for_timeout(2_000)  # fonts, Plotly's first draw
    # The page scrolls inside a frame of its own; a window as high as its content shows all of it.
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(700)
    page.screenshot(path=FOLDER / f"{name}.png")


def main() -> None:
    executable = browser.find()
    if not executable:
        sys.exit("No browser: set CHROMIUM, or install chromium or google-chrome.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=browser.ARGUMENTS)
        for (name, link), theme, width in product(PAGES.items(), THEMES, WIDTHS):
            context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
            shoot(context.new_page(), address + link, width, f"{name}-{theme}-{width}")
            context.close()
    print(f"Screenshots are in {FOLDER}")


if __name__ == "__main__":
    main()
