"""The folder, file by file: from the app's own sources, the numbers torch computes now, plotly.js out of its wheel."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import plotly
import torch

from core.dtypes import DTYPES, Dtype
from core.model import SEEDS, WEIGHTS, Weights
from core.view import SAMPLES, SCALE_LIMITS, View
from pages.parts import words
from pages.parts.scrubber import fixed
from tools.serve import PROJECT
from tools.static import bundle, look, numbers

_PARTS = PROJECT / "pages" / "parts"
_PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_MODULES = (_PARTS / "scrubber" / "js", _PARTS / "chart" / "js", Path(__file__).parent / "js")


def build(
    folder: Path,
    weights: Sequence[Weights] = WEIGHTS,
    dtypes: Sequence[Dtype] = DTYPES,
    live: str = "",
    site: str = "",
) -> dict[str, bytes]:
    """Writes the page into the folder, in place of what was there. What it wrote: path -> content.

    weights, dtypes: what readers can choose; the default View among them
    live, site:      address of an app to link to, and of the folder itself, which the picture of a shared link needs;
                     each empty or ending in a slash
    """
    settings = [numbers.Setting(of, dtype) for of in weights for dtype in dtypes]
    files = {f"data/{name}.js": text.encode() for name, text in numbers.scripts(settings)}
    files["site.css"] = look.styles().encode()
    plotly_js = f"plotly-{plotly.__version__}.min.js"
    made = f"torch {torch.__version__} on {_today()} (CPU code: {torch.backends.cpu.get_cpu_capability()})"
    built = {
        "version": "",
        "plotly": plotly_js,
        **parameters(weights, dtypes),
        "words": {name: text for name, text in vars(words).items() if name.isupper()},
        "status": f"At ×{{scale}} in {{dtype}}, over all {SAMPLES:,} digits: computed by {made}, not live.",
    }
    built["version"] = version = _digest([*files.values(), _script(built).encode()])
    files["site.js"] = _script(built).encode()
    files["index.html"] = look.page(weights, dtypes, version, made, live, site).encode()
    files["card.png"] = look.card()
    files[plotly_js] = _PLOTLY.read_bytes()
    files["icon.svg"] = (_PARTS / "icon.svg").read_bytes()
    files["LICENSE.txt"] = (PROJECT / "LICENSE").read_bytes()
    files["DIGITS.txt"] = (PROJECT / "core" / "mnist" / "LICENSE.md").read_bytes()
    _write(folder, files)
    return files


def parameters(weights: Sequence[Weights], dtypes: Sequence[Dtype]) -> dict:
    """The view's fields as `view.js` reads them from the address."""
    return {
        "defaults": {field.name: getattr(View(), field.name) for field in fields(View)},
        "allowed": {
            "scale": SCALE_LIMITS,
            "dtype": list(dtypes),
            "weights": list(weights),
            "seed": (SEEDS[0], SEEDS[-1]),
            "sample": (0, SAMPLES - 1),
        },
    }


def _script(built: dict) -> str:
    sources = {path.name: path.read_text() for folder in _MODULES for path in folder.glob("*.js")}
    sources |= {"fixed.js": fixed.module(), "built.js": f"export default {json.dumps(built)};\n"}
    return bundle.bundled(sources, "page.js")


def _today() -> str:
    now = datetime.now(UTC)
    return f"{now.day} {now:%B %Y}"


def _digest(contents: Iterable[bytes]) -> str:
    return hashlib.sha256(b"".join(contents)).hexdigest()[:12]


def _write(folder: Path, files: dict[str, bytes]) -> None:
    """All of it or nothing: a page half written would mix its numbers with older ones."""
    beside = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    for name, content in files.items():
        (beside / name).parent.mkdir(parents=True, exist_ok=True)
        (beside / name).write_bytes(content)
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)
