"""Rows of numbers as text: one row a line, between commas, semicolons, tabs or spaces."""

import math
import re
from array import array

import torch
from torch import Tensor

MOST_CLASSES = 65_536

_BRACKETS = re.compile(r"^[\[\s]+|\s*\][\],;\s]*$")  # around a row, as Python and numpy print them


class BatchError(ValueError):
    """What cannot be diagnosed: one sentence that says what, where, and what to do."""


def shown(text: object) -> str:
    """Somebody's text as a message quotes it: short, and without control characters."""
    return "".join(it if it.isprintable() else "�" for it in str(text))[:60]


def rows_of_text(text: str, name: str, most: int) -> Tensor:
    """The numbers of a text: float64, (rows, columns). A first line of names is passed over.

    name: what messages call the text
    most: bytes the numbers may have as float64, divided by eight: a text holds no more numbers than half its length
    Raises: BatchError naming the line
    """
    numbers, columns, named = array("d"), 0, False
    for at, line in enumerate(text.splitlines(), 1):
        line = _BRACKETS.sub("", line.strip())
        if not line:
            continue
        cells = _cells(line, name, at)
        if not columns and not named and all(cells) and not any(map(_is_number, cells)):
            named = True
            continue
        if columns and len(cells) != columns:
            raise BatchError(f"Line {at} of {name} has {len(cells):,} numbers, the lines before it {columns:,}")
        columns = len(cells)
        numbers.extend(_number(cell, name, at) for cell in cells)
        if len(numbers) > most // 2:
            raise BatchError(f"{name} holds more than {most // 2:,} numbers: take fewer rows")
    if not columns:
        raise BatchError(f"There is no row in {name}: write one row a line, for example 1, 2, 89, 0")
    return torch.frombuffer(numbers, dtype=torch.float64).clone().view(-1, columns)


def _cells(line: str, name: str, at: int) -> list[str]:
    separator = next((it for it in ",;\t" if it in line), None)
    if separator and line.count(separator) > MOST_CLASSES:
        raise BatchError(
            f"Line {at} of {name} has {line.count(separator) + 1:,} cells; there may be {MOST_CLASSES:,} classes and a "
            "target"
        )
    cells = line.split(separator, MOST_CLASSES + 1) if separator else line.split(None, MOST_CLASSES + 1)
    return [cell.strip(" \t\"'") for cell in cells]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _number(cell: str, name: str, at: int) -> float:
    if not cell:
        raise BatchError(f"Line {at} of {name} has an empty cell: write a number, inf, -inf or nan there")
    if not _is_number(cell) or "_" in cell:
        raise BatchError(f"Line {at} of {name} holds {shown(cell)[:20]!r}, which is not a number")
    number = float(cell)
    if math.isinf(number) and "inf" not in cell.lower():
        raise BatchError(f"Line {at} of {name} holds {shown(cell)[:20]}, which no float64 can hold")
    return number
