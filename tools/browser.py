"""Which browser the tests and screenshots use, and how to get one.

In this order: $CHROMIUM; chromium or google-chrome on the path; Playwright's own download; Debian's package,
when root. `python tools/browser.py --install` gets one where there is none.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Quiet and self-contained: no sandbox, since containers run as root, and no calls home.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """Path of a browser that is there, or None."""
    if named := os.environ.get("CHROMIUM"):
        return named
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """Tries Playwright's download, then Debian's package. Says so where neither works; tests then skip or fail."""
    if subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False).returncode == 0:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    if "--install" in sys.argv and not find():
        install()
    print(f"Browser: {find() or 'none found; browser tests will be skipped'}")
