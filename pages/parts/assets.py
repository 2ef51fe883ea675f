"""Where the browser finds what the page does not carry: JavaScript modules, plotly.js, sweeps.

Paths hold a digest of their content, so that a browser may keep them for good.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path

import torch

import core
from pages.parts.address import base_path
from pages.parts.scrubber import fixed, wire

_FOLDERS = ("chart/js", "scrubber/js", "take_home/panel", "classroom/js")
_MODULES_FOLDERS = [Path(__file__).parent / folder for folder in _FOLDERS]
_SERVED = {".js", ".css", ".html"}
_CORE_FOLDER = Path(core.__file__).parent


@cache
def modules() -> dict[str, bytes]:
    """The JavaScript modules of charts, scrubber, panel and class, and what these load, gzipped: file name -> bytes."""
    paths = [path for folder in _MODULES_FOLDERS for path in sorted(folder.iterdir()) if path.suffix in _SERVED]
    written = {path.name: path.read_bytes() for path in paths}
    return {name: _gzipped(code) for name, code in (written | {"fixed.js": fixed.module().encode()}).items()}


@cache
def modules_digest() -> str:
    return _digest(b"".join(modules().values()))


def modules_path() -> str:
    """The folder the modules are served from, as a path on this server."""
    return f"{base_path()}/assets/modules/{modules_digest()}/"


def sweep_path(weights: str, seed: int, dtype: str) -> str:
    return f"{base_path()}/sweep/{sweeps_version()}/{weights}/{seed}/{dtype}"


@cache
def sweeps_version() -> str:
    """Names whatever decides a sweep's bytes: torch, the core's code, and how arrays are packed."""
    code = [*sorted(_CORE_FOLDER.glob("*.py")), Path(wire.__file__)]
    return _digest(b"".join([torch.__version__.encode(), *(path.read_bytes() for path in code)]))


def _gzipped(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=9, mtime=0)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
