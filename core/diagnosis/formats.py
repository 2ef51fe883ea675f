"""Files of numbers -> tensors: .npy, .npz, .safetensors, .csv. Nothing is unpickled, and sizes are checked first.

Every file is distrusted: what its header says is compared with the bytes that are there before anything is made of it,
and what is compressed is unpacked no further than the limit.
"""

import ast
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from math import prod

import numpy as np
import safetensors
import torch
from torch import Tensor

from core.diagnosis.text import BatchError, rows_of_text, shown

Named = dict[str, Tensor]

_NPY = b"\x93NUMPY"
_MOST_HEADER = 1024  # bytes; a plain array's header has 118
_MOST_ARRAYS = 100
_PLAIN = re.compile(r"[<>|=]?([fiu])([1248])")
_WANTED = "save logits as float16, float32 or float64 and targets as whole numbers"


def tensors(name: str, content: bytes, most: int) -> Named:
    """The arrays of a file by their names; a format without names calls its only one "".

    name: of the file, whose ending says the format
    most: bytes the arrays may have once they are unpacked
    Raises: BatchError
    """
    ending = name.rpartition(".")[2].lower()
    if ending not in _READERS:
        raise BatchError(f"{shown(name)} is none of .{', .'.join(_READERS)}: save the logits in one of these formats")
    if not content:
        raise BatchError(f"{shown(name)} is empty: it has 0 bytes")
    if len(content) > most:
        raise BatchError(f"{shown(name)} has {len(content):,} bytes; at most {most:,} are read: save fewer rows")
    return _READERS[ending](shown(name), content, most)


def _npy(name: str, content: bytes, most: int) -> Named:
    return {"": _array(name, content, most)}


def _array(name: str, content: bytes, most: int) -> Tensor:
    """The array of a .npy file, format versions 1 and 2 (3 is for field names, which no array of numbers has)."""
    if not content.startswith(_NPY) or len(content) < 12:
        raise BatchError(f"{name} is no .npy file: it does not begin as one does. Save it with numpy.save")
    version = content[6]
    if version not in (1, 2):
        raise BatchError(f"{name} is of .npy version {version}, not 1 or 2: {_WANTED}")
    start, length = (10, struct.unpack_from("<H", content, 8)[0])
    if version == 2:
        start, length = (12, struct.unpack_from("<I", content, 8)[0])
    descr, fortran, shape = _header(name, content[start : start + min(length, _MOST_HEADER + 1)])
    dtype = _dtype(name, descr)
    promised, there = prod(shape) * dtype.itemsize, len(content) - start - length
    if promised > most:
        raise BatchError(f"{name} says it holds {promised:,} bytes; at most {most:,} are read: save fewer rows")
    if promised != there:
        raise BatchError(
            f"{name} says it holds {promised:,} bytes of numbers, but {max(0, there):,} are there: it is cut short or "
            "damaged"
        )
    if prod(n for n in shape if n) > most:  # no bytes, and yet too many rows to look at
        raise BatchError(f"{name} has the shape {shape}: that is no batch")
    numbers = np.frombuffer(content[start + length :], dtype)  # numpy.load would parse the header a second time
    return _tensor(name, numbers.reshape(shape, order="F" if fortran else "C"))


def _header(name: str, header: bytes) -> tuple[object, bool, tuple[int, ...]]:
    damaged = BatchError(f"{name} has a damaged .npy header: save it anew with numpy.save")
    if len(header) > _MOST_HEADER:
        raise damaged
    try:
        said = ast.literal_eval(header.decode("latin1").strip())
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        raise damaged from None
    if not isinstance(said, dict) or said.keys() != {"descr", "fortran_order", "shape"}:
        raise damaged
    fortran, shape = said["fortran_order"], said["shape"]
    if not isinstance(fortran, bool) or not isinstance(shape, tuple) or len(shape) > 8:
        raise damaged
    if any(type(n) is not int or n < 0 for n in shape):
        raise damaged
    return said["descr"], fortran, shape


def _dtype(name: str, descr: object) -> np.dtype:
    plain = _PLAIN.fullmatch(descr) if isinstance(descr, str) else None
    if not plain or plain.groups() == ("f", "1"):
        raise BatchError(f"{name} holds {_kind(descr)}: {_WANTED}")
    return np.dtype(descr)  # type: ignore[call-overload]


def _kind(descr: object) -> str:
    """What a dtype is called that is not read."""
    if not isinstance(descr, str):
        return "a structured array"
    kinds = {
        "b": "booleans",
        "c": "complex numbers",
        "O": "pickled objects",
        "S": "text",
        "U": "text",
        "V": "raw bytes",
    }
    kind = descr.lstrip("<>|=")[:1]
    if kind == "f":
        return f"floats of a width that torch has not ({shown(descr)})"
    return kinds.get(kind, f"numbers of the kind {shown(descr)}")


def _tensor(name: str, values: np.ndarray) -> Tensor:
    """Floats as they are, whole numbers as int64; a copy, in the machine's byte order."""
    if values.dtype.kind == "f":
        return torch.from_numpy(np.array(values, values.dtype.newbyteorder("="), order="C"))
    if values.dtype.kind == "u" and values.size and int(values.max()) > np.iinfo(np.int64).max:
        raise BatchError(f"{name} holds whole numbers beyond int64, the dtype of targets")
    return torch.from_numpy(np.array(values, np.int64, order="C"))


def _npz(name: str, content: bytes, most: int) -> Named:
    """Members ending in .npy; none is ever written to a disk, so a path in a name leads nowhere."""
    found: Named = {}
    left = most
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [it for it in archive.infolist() if it.filename.endswith(".npy")]
            if len(members) > _MOST_ARRAYS:
                raise BatchError(f"{name} holds {len(members):,} arrays; at most {_MOST_ARRAYS} are looked at")
            for member in members:
                key = member.filename.removesuffix(".npy")
                if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise BatchError(f"{name} is compressed in another way than numpy.savez_compressed does it")
                with archive.open(member) as stream:
                    unpacked = stream.read(left + 1)  # the directory may lie about sizes
                if len(unpacked) > left:
                    raise BatchError(f"{name} holds more than {most:,} bytes once unpacked: save fewer rows")
                left -= len(unpacked)
                found[key] = _array(f"{shown(key)} in {name}", unpacked, most)
    except BatchError:
        raise
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError):
        raise BatchError(f"{name} is no whole .npz file: save it anew with numpy.savez") from None
    return found


_SAFETENSORS = {"F16": "<f2", "F32": "<f4", "F64": "<f8"} | {
    f"{letter}{8 * size}": f"<{kind}{size}" for letter, kind in (("I", "i"), ("U", "u")) for size in (1, 2, 4, 8)
}


def _safetensors(name: str, content: bytes, most: int) -> Named:
    try:
        entries = safetensors.deserialize(content)
    except (safetensors.SafetensorError, ValueError, OverflowError, UnicodeDecodeError):
        raise BatchError(
            f"{name} is no whole .safetensors file: its header and its bytes do not fit together"
        ) from None
    if len(entries) > _MOST_ARRAYS:
        raise BatchError(f"{name} holds {len(entries):,} tensors; at most {_MOST_ARRAYS} are looked at")
    return {key: _entry(f"{shown(key)} in {name}", entry, most) for key, entry in entries}


def _entry(name: str, entry: dict, most: int) -> Tensor:
    shape, dtype, content = tuple(entry["shape"]), entry["dtype"], bytes(entry["data"])
    if len(shape) > 8 or prod(n for n in shape if n) > most:
        raise BatchError(f"{name} has the shape {shape}: that is no batch")
    if dtype == "BF16":
        bits = np.frombuffer(content, "<i2").astype(np.int16).reshape(shape)
        return torch.from_numpy(bits).view(torch.bfloat16)
    if dtype not in _SAFETENSORS:
        raise BatchError(f"{name} holds {shown(dtype)}: {_WANTED}, or logits as bfloat16")
    return _tensor(name, np.frombuffer(content, _SAFETENSORS[dtype]).reshape(shape))


def _csv(name: str, content: bytes, most: int) -> Named:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BatchError(f"{name} is not text (UTF-8): save it as a .csv of numbers") from None
    return {"": rows_of_text(text, name, most)}


_READERS: dict[str, Callable[[str, bytes, int], Named]] = {
    "npy": _npy,
    "npz": _npz,
    "safetensors": _safetensors,
    "csv": _csv,
}
FORMATS = tuple(_READERS)
BINARY = ("npy", "npz", "safetensors")  # those with a dtype
