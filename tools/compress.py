"""Compresses what browsers load from the server, once, as small as it gets: part of set-up."""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import brotli

from pages.parts.assets import PLOTLY_FILE
from pages.server import compressed

_RARE = 1_000_000  # bytes: Streamlit's own larger scripts are for elements that few pages here have, or none
_QUALITY = 10  # of 11: the last step saves two hundredths and takes twice the time


def compress(path: Path) -> None:
    """Leaves the file in each coding where the server looks for it."""
    content = path.read_bytes()
    for coding, pack in (("br", _brotli), ("gzip", compressed.gzipped)):
        place = compressed.place(content, coding)
        if not place.exists():
            made = place.with_suffix(".part")
            made.write_bytes(pack(content))
            made.rename(place)  # whole or not at all


def _brotli(content: bytes) -> bytes:
    return brotli.compress(content, quality=_QUALITY)


def main() -> None:
    compressed.READY.mkdir(parents=True, exist_ok=True)
    often = [path for path in compressed.files().values() if path.stat().st_size < _RARE]
    largest_first = sorted([PLOTLY_FILE, *often], key=lambda it: -it.stat().st_size)
    with ProcessPoolExecutor() as processes:
        list(processes.map(compress, largest_first))


if __name__ == "__main__":
    main()
