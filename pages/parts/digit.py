"""A digit in gray."""

import base64
import io

from PIL import Image

from pages.parts import cached

_SIDE = 28


def digit(row: int) -> str:
    """Markup of one training digit, dark ink on white in both themes, as large as `tables.css` says."""
    ink = cached.digits().images[row].view(_SIDE, _SIDE).numpy()
    file = io.BytesIO()
    Image.fromarray(255 - ink).save(file, format="PNG")
    source = base64.b64encode(file.getvalue()).decode()
    shown = cached.digits().targets[row]
    return f'<img class="wsb-digit" src="data:image/png;base64,{source}" alt="Digit {row}: a handwritten {shown}">'
