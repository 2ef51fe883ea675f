"""Digits in gray."""

import base64
import io
from functools import lru_cache

from PIL import Image

from pages.parts import cached

_SIDE = 28


@lru_cache(maxsize=1024)
def source(row: int) -> str:
    """One training digit as the source of an image: dark ink on white in both themes."""
    ink = cached.digits().images[row].view(_SIDE, _SIDE).numpy()
    file = io.BytesIO()
    Image.fromarray(255 - ink).save(file, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def name(row: int) -> str:
    """What the image shows, for those who cannot see it."""
    return f"Digit {row}: a handwritten {cached.digits().targets[row]}"


def digit(row: int) -> str:
    """Markup of one training digit, as large as `tables.css` says."""
    return f'<img class="wsb-digit" src="{source(row)}" alt="{name(row)}">'
