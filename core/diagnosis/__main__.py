"""The diagnosis from a shell: `python -m core.diagnosis logits.npy targets.npy --dtype float16`.

Exit status: 0 where nothing fails, 1 where something does, 2 where there is no batch to look at; 141, as of any command
that SIGPIPE ends, where the reader left before the end.
"""

import argparse
import json
import math
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.diagnosis.fates import NAMES
from core.diagnosis.findings import Diagnosis, diagnosis, failures, hidden, zeros
from core.diagnosis.notes import notes
from core.diagnosis.reading import BatchError, File, dtype_of, read
from core.diagnosis.report import IGNORE_INDEX, Report, measured
from core.diagnosis.words import counted, diff, outcome
from core.dtypes import DTYPES

MOST_BYTES = 2**26


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads, measures, prints; the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        batch = read(_file(asked.logits), _file(asked.targets) if asked.targets else None, MOST_BYTES)
    except BatchError as error:
        print(f"{error}.", file=sys.stderr)
        return 2
    report = measured(*batch, asked.dtype or dtype_of(batch, asked.logits) or "float32", asked.ignore_index)
    told = diagnosis(report)
    print(json.dumps(as_json(report, told), indent=2, allow_nan=False) if asked.json else as_text(report, told))
    return int(told.fails)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m core.diagnosis",
        description="Says which rows of a batch give inf or nan, why, and what to write instead, tried on that batch.",
        epilog="Exit status: 0 nothing fails, 1 something does, 2 there is no batch to look at.",
    )
    parser.add_argument("logits", help=".npy, .npz, .safetensors or .csv: floats, (rows, classes)")
    parser.add_argument(
        "targets", nargs="?", help="a class each row; not needed where the first file has them, or a last column"
    )
    parser.add_argument(
        "--dtype", choices=DTYPES, help="the one the training used; without it the file's own, float32 for .csv"
    )
    parser.add_argument("--ignore-index", type=int, default=IGNORE_INDEX, help="targets to leave out (%(default)s)")
    parser.add_argument("--json", action="store_true", help="for machines; inf and nan are strings")
    return parser


def _file(name: str) -> File:
    path = Path(name)
    if not path.is_file():
        raise BatchError(f"{name} is a folder, not a file" if path.is_dir() else f"There is no file {name}")
    if path.stat().st_size > MOST_BYTES:
        raise BatchError(f"{name} has {path.stat().st_size:,} bytes; at most {MOST_BYTES:,} are read: save fewer rows")
    try:
        return File(path.name, path.read_bytes())
    except OSError as error:
        raise BatchError(f"{name} cannot be read ({error.strerror})") from None


def as_text(report: Report, told: Diagnosis) -> str:
    """For people: the diagnosis first."""
    change = [diff(told.remedy)] if told.fails else []
    lines = [told.sentence, told.why, "", *change, outcome(told.remedy), ""]
    lines += [f"{counted(report.rows)} of {report.classes:,} classes in {report.dtype}:"]
    for name, label in NAMES.items():
        lost = [f"{cause} {_rows(rows)}" for cause, rows in failures(report, name).items()]
        lost += [f"only the gradient {_rows(rows)}" for rows in [hidden(report, name)] if len(rows)]
        lines += [f"  {label:26}{'; '.join(lost) or 'loses no row'}"]
    return "\n".join([*lines, "", *notes(report, told)]).rstrip()


def _rows(rows: np.ndarray) -> str:
    few = ", ".join(map(str, rows[:5].tolist()))
    return f"in {counted(len(rows))} ({few}{', ...' if len(rows) > 5 else ''})"


def as_json(report: Report, told: Diagnosis) -> dict[str, Any]:
    """For machines: rows by their number, what is not finite as a string."""
    return {
        "found": told.found,
        "fails": told.fails,
        "row": told.row,
        "sentence": told.sentence,
        "why": told.why,
        "remedy": {
            "before": told.remedy.before,
            "after": told.remedy.after,
            "ran_on": told.remedy.inputs,
            "loss": _number(told.remedy.run.loss),
            "gradient_finite": told.remedy.run.gradient,
            "rows_left_out": told.remedy.left_out,
        },
        "rows": report.rows,
        "classes": report.classes,
        "dtype": report.dtype,
        "ignore_index": report.ignore_index,
        "troubles": {name: rows.tolist() for name, rows in report.troubles.items()},
        "formulas": {
            name: {
                "failed": {cause: rows.tolist() for cause, rows in failures(report, name).items()},
                "gradient_only": hidden(report, name).tolist(),
                "exactly_zero": zeros(report, name),
            }
            for name in NAMES
        },
        "headroom": {
            name: {
                str(row): _number(factor) for row, factor in zip(report.judged.tolist(), factors.tolist(), strict=True)
            }
            for name, factors in report.headroom.items()
        },
        "own_mean": report.own and {"loss": _number(report.own.loss), "gradient_finite": report.own.gradient},
        "notes": list(notes(report, told)),
    }


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def until_the_reader_leaves(command: Callable[[], int]) -> int:
    """The command's own status; 141, without a word, once nobody reads what it prints."""
    try:
        try:
            return command()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more when it ends: into nothing, then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


if __name__ == "__main__":
    sys.exit(until_the_reader_leaves(main))
