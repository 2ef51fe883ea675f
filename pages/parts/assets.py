"""Where the browser finds what the page does not carry: modules of the scrubber, plotly.js, sweeps.

Paths hold a digest of their content, so that a browser may keep them for good.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path

import plotly
import streamlit as st

from pages.parts.scrubber import fixed

MODULES_FOLDER = Path(__file__).parent / "scrubber" / "js"
_PLOTLY_FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


@cache
def modules() -> dict[str, bytes]:
    """The scrubber's modules, gzipped: file name -> bytes."""
    written = {path.name: path.read_bytes() for path in sorted(MODULES_FOLDER.glob("*.js"))}
    return {name: _gzipped(code) for name, code in (written | {"fixed.js": fixed.module().encode()}).items()}


@cache
def plotly_js() -> bytes:
    """The plotly.js that the installed wheel carries, gzipped."""
    return _gzipped(_PLOTLY_FILE.read_bytes())


@cache
def modules_digest() -> str:
    return _digest(b"".join(modules().values()))


def modules_path() -> str:
    """The folder the modules are served from, as a path on this server."""
    return f"{base_path()}/assets/scrubber/{modules_digest()}/"


def plotly_path() -> str:
    return f"{base_path()}/assets/plotly-{plotly.__version__}.min.js"


def sweep_path(weights: str, seed: int, dtype: str) -> str:
    return f"{base_path()}/sweep/{weights}/{seed}/{dtype}"


def base_path() -> str:
    """The path that a proxy puts in front, if any."""
    path = st.get_option("server.baseUrlPath").strip("/")
    return f"/{path}" if path else ""


def _gzipped(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=9, mtime=0)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
