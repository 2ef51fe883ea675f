"""Makes the pictures that a shared link shows, from the app itself: `python -m tools.pictures`."""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from pages.server import shared_link
from tools import browser
from tools.serve import PROJECT, served

_LINK = "/?scale=661"  # most digits lost by one formula, none by the other
_STYLE = (Path(__file__).parent / "pictures.css").read_text()
_SVG = (PROJECT / "pages" / "parts" / "icon.svg").read_text()
_ICON_SIZE = 64


def of_break_it(chromium: Browser, address: str) -> Image.Image:
    width, height = shared_link.PICTURE_SIZE
    page = chromium.new_page(viewport={"width": width, "height": height}, color_scheme="light")
    page.goto(address + _LINK)
    page.locator(".wsb[data-sweep=ready]").wait_for(timeout=60_000)
    page.add_style_tag(content=_STYLE)
    page.wait_for_timeout(2_000)
    return _image(page.screenshot())


def of_icon(chromium: Browser) -> Image.Image:
    page = chromium.new_page(viewport={"width": _ICON_SIZE, "height": _ICON_SIZE})
    page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{_SVG}")
    return _image(page.screenshot(omit_background=True))


def _image(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def main() -> None:
    executable = browser.find()
    if not executable:
        sys.exit("No browser: set CHROMIUM, or install chromium or google-chrome.")
    shared_link.PICTURE.parent.mkdir(exist_ok=True)
    shared_link.PICTURE.touch()  # its digest is part of every page, also of the one that is drawn here
    with served() as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=browser.ARGUMENTS)
        of_break_it(chromium, address).convert("RGB").save(shared_link.PICTURE, optimize=True)
        of_icon(chromium).save(shared_link.ICON, optimize=True)
    for path in (shared_link.PICTURE, shared_link.ICON):
        print(f"{path.relative_to(PROJECT)}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
