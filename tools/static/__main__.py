"""Builds the page: `make static`, `make static LIVE_URL=https://app.example SITE_URL=https://course.example/softmax`."""

import gzip
import os
import sys
from collections.abc import Iterable
from urllib.parse import urlsplit

from tools.serve import PROJECT
from tools.static.site import build

FOLDER = PROJECT / "build" / "site"


def address(name: str) -> str:
    """The address in an environment variable, ending in a slash; empty where none is set. Others end the program."""
    given = os.environ.get(name, "").strip()
    if given and not _is_address(given):
        sys.exit(
            f"{name} is {given[:80]!r}; it must be an address such as https://example.org/softmax, without ? or #."
        )
    return f"{given.rstrip('/')}/" if given else ""


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not set(text) & set("?# \\")


def megabytes(contents: Iterable[bytes]) -> str:
    return f"{sum(map(len, contents)) / 1e6:.1f} MB"


def main() -> None:
    live, site = address("LIVE_URL"), address("SITE_URL")
    files = build(FOLDER, live=live, site=site)
    one_setting = next(name for name in files if name.startswith("data/"))
    first_view = [files[name] for name in files if name.endswith((".html", ".css", ".svg", ".js")) and "/" not in name]
    first_view.append(files[one_setting])
    print(f"{FOLDER}: {len(files)} files, {megabytes(files.values())}.")
    print(
        f"A first view loads {megabytes(gzip.compress(content) for content in first_view)} from a server that gzips, "
        f"{megabytes(first_view)} from one that does not."
    )
    if not live:
        print("It links to no live app: make static LIVE_URL=https://... adds the link.")


if __name__ == "__main__":
    main()
