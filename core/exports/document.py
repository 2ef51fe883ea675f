"""The view as code that runs outside: one list of cells, written as a script or as a notebook."""

import json
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from textwrap import indent
from typing import Literal

import torch
from torch import Tensor

from core.dtypes import shortest
from core.exports.one_digit import Section
from core.exports.sections import sections
from core.exports.sources import imports, needed
from core.view import View

FILES = "train-images-idx3-ubyte and train-labels-idx1-ubyte"


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What a visitor looks at.

    page, title: the last part of the page's address, and its title
    digit:       the row shown in detail
    logits:      float32, (10,), as the model gave them, unscaled; target: its class
    first:       float32, (n, 10), the first digits' logits, as a page works them out in full; first_targets: (n,)
    rate:        the training lab's learning rate
    """

    view: View
    page: str
    title: str
    digit: int
    logits: Tensor
    target: int
    first: Tensor
    first_targets: Tensor
    rate: float


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of the document; Markdown uses paragraphs and inline code alone."""

    kind: Literal["markdown", "code"]
    text: str


def script(subject: Subject) -> str:
    """A Python script that prints the view's numbers; its parts are marked as editors understand it."""
    told = f"python {file_name(subject)}.py FOLDER"
    given = "sys.argv[1] if len(sys.argv) > 1 else None  # the folder with the MNIST files, or None"
    cells = _cells(subject, f"For those run `{told}` with", given, print_titles=True)
    return "\n\n".join(_in_script(cell) for cell in cells) + "\n"


def notebook(subject: Subject) -> str:
    """The same as a Jupyter notebook: JSON, nbformat 4.5.

    Written by hand, since the nbformat package would bring four others for these few keys; tests hold it against it.
    """
    given = 'None  # the folder with the MNIST files, as in "data/MNIST/raw", or None'
    cells = _cells(subject, "For those set `MNIST` below to", given)
    return json.dumps(
        {
            "cells": [_in_notebook(cell, number) for number, cell in enumerate(cells)],
            "metadata": {
                "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                "language_info": {"name": "python"},
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        },
        ensure_ascii=False,
        indent=1,
    )


def file_name(subject: Subject) -> str:
    """A name that says what the file holds, without its ending: letters, digits, dots and dashes."""
    view = subject.view
    parts = (subject.page or "break-it", f"x{view.scale:g}", view.dtype, view.weights, f"seed{view.seed}")
    return "-".join(("where-softmax-breaks", *parts, f"digit{subject.digit}"))


def _cells(subject: Subject, how: str, given: str, print_titles: bool = False) -> list[Cell]:
    """how: the way to name the folder with the digits; given: what MNIST is set to."""
    chosen = sections(subject.page)
    code = "\n".join([*(section.code for section in chosen), _inputs(subject, given)])
    written = needed(code)
    cells = [
        Cell("markdown", _words(subject, how)),
        Cell("code", imports(written, code)),
        Cell("code", _inputs(subject, given)),
    ]
    left = {it.place: it for it in written}
    for section in chosen:
        taken = [left.pop(it.place) for it in needed(section.code) if it.place in left]
        cells.append(Cell("markdown", f"## {section.title}\n\n{section.words}"))
        if taken:
            cells.append(Cell("code", _spaced([it.source for it in taken])))
        cells.append(Cell("code", _code(section, print_titles)))
    return cells


def _spaced(sources: Sequence[str]) -> str:
    """Definitions as people set them: two empty lines around functions and classes, none between constants."""
    between = ("\n" if "\n" not in a + b else "\n\n\n" for a, b in pairwise(sources))
    return "".join(part for pair in zip_longest(sources, between, fillvalue="") for part in pair)


def _code(section: Section, print_title: bool) -> str:
    code = f'print("\\n{section.title}")\n{section.code}' if print_title else section.code
    return f"if MNIST:\n{indent(code, '    ')}" if section.all_digits else code


def _words(subject: Subject, how: str) -> str:
    view = subject.view
    return f"""# Where Softmax Breaks: {subject.title}

Digit {subject.digit} at ×{view.scale:g} in {view.dtype}, {view.weights} weights, seed {view.seed}.
The page: /{subject.page}{view.query()}

The definitions below are the code that the page ran, cut from its source; the lines after them print the page's \
numbers again. It needs PyTorch, nothing else. The logits stand here to the last bit.

Sections on all digits need the original MNIST files {FILES}, packed (.gz) or not, which are not in here. \
{how} their folder; without it these sections are passed over.

The page ran on Python {platform.python_version()}, torch {torch.__version__}, CPU code \
{torch.backends.cpu.get_cpu_capability()}, one thread. Another torch or another CPU may change the last bits of exp, \
log and sums, and of weights after training."""


def _inputs(subject: Subject, given: str) -> str:
    view = subject.view
    read = "\n".join(section.code for section in sections(subject.page))
    lines = [
        f"MNIST = {given}",
        f"SCALE = {view.scale!r}",
        f'DTYPE = "{view.dtype}"',
        f'WEIGHTS = "{view.weights}"',
        f"SEED = {view.seed}",
        f"DIGIT = {subject.digit}",
        f"TARGET = {subject.target}",
        f"LOGITS = torch.tensor(\n    {_row(subject.logits)},\n    dtype=torch.float32,\n)",
        "torch.set_num_threads(1)  # as on the server, so that sums are added up in the same order",
    ]
    if "FIRST_LOGITS" in read:
        rows = "".join(f"        {_row(row)},\n" for row in subject.first)
        lines.append(f"FIRST_LOGITS = torch.tensor(\n    [\n{rows}    ],\n    dtype=torch.float32,\n)")
        lines.append(f"FIRST_TARGETS = torch.tensor({subject.first_targets.tolist()})")
    if "RATE" in read:
        lines.append(f"RATE = {subject.rate!r}")
    return "\n".join(lines)


def _row(logits: Tensor) -> str:
    return f"[{', '.join(shortest(value, 'float32') for value in logits.tolist())}]"


def _in_script(cell: Cell) -> str:
    if cell.kind == "code":
        return f"# %%\n{cell.text}"
    lines = [wrapped for line in cell.text.split("\n") for wrapped in _wrapped(line)]
    return "\n".join(["# %% [markdown]", *(f"# {line}".rstrip() for line in lines)])


def _wrapped(line: str, width: int = 110) -> Sequence[str]:
    """A line in pieces of at most so many characters, broken at spaces."""
    return re.findall(rf"(\S.{{0,{width}}})(?:\s+|$)", line) or [""]


def _in_notebook(cell: Cell, number: int) -> dict:
    shared = {"id": f"cell-{number}", "cell_type": cell.kind, "metadata": {}, "source": cell.text.splitlines(True)}
    return shared if cell.kind == "markdown" else {**shared, "execution_count": None, "outputs": []}
