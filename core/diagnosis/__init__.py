"""Logits that gave nan -> which rows fail, why, and what to write instead, tried on those very rows.

    >>> from core.diagnosis import diagnosis, measured
    >>> report = measured(logits, targets, "float16")
    >>> print(diagnosis(report).sentence)

From a shell: `python -m core.diagnosis logits.npy targets.npy --dtype float16`.
"""

from core.diagnosis.findings import Diagnosis, diagnosis, failures, hidden, worst, zeros
from core.diagnosis.formats import FORMATS
from core.diagnosis.reading import MOST_BYTES, Batch, File, checked, parse, read
from core.diagnosis.report import IGNORE_INDEX, Report, measured
from core.diagnosis.summary import Loss, Row, Summary, summary
from core.diagnosis.text import BatchError

__all__ = [
    "FORMATS",
    "IGNORE_INDEX",
    "MOST_BYTES",
    "Batch",
    "BatchError",
    "Diagnosis",
    "File",
    "Loss",
    "Report",
    "Row",
    "Summary",
    "checked",
    "diagnosis",
    "failures",
    "hidden",
    "measured",
    "parse",
    "read",
    "summary",
    "worst",
    "zeros",
]
