"""How frames travel to the browser: a JSON header, then plain little-endian arrays.

    4 bytes   length of the header, uint32
    header    JSON: {"arrays": {name: {dtype, shape, offset}}, "formulas": [...]}, padded with spaces
    arrays    each aligned to 8 bytes; offsets count from the end of the header

`frames.js` reads it. Non-finite numbers travel as they are, which JSON could not do.
"""

import json
import struct
from collections.abc import Mapping, Sequence

import numpy as np

from core.sweep import Frame

_ALIGNED = 8


def encode(frames: Sequence[Frame], scales: Sequence[float], **extra: np.ndarray) -> bytes:
    """Frames of the same formulas, one after the other, with their scales and any further arrays."""
    stacked = {
        name: np.stack([getattr(frame, name) for frame in frames])
        for name in ("loss", "outcomes", "causes", "levels", "bins")
    }
    return _pack({"scales": np.array(scales, np.float64), **stacked, **extra}, formulas=frames[0].formulas)


def _pack(arrays: Mapping[str, np.ndarray], **header: object) -> bytes:
    body = bytearray()
    places = {}
    for name, array in arrays.items():
        places[name] = {"dtype": array.dtype.name, "shape": array.shape, "offset": len(body)}
        body += array.astype(array.dtype.newbyteorder("<")).tobytes()
        body += b"\0" * (-len(body) % _ALIGNED)
    text = json.dumps({"arrays": places, **header}).encode()
    text += b" " * (-(4 + len(text)) % _ALIGNED)
    return struct.pack("<I", len(text)) + text + bytes(body)
