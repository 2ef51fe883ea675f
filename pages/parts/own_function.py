"""The visitor's own logsumexp: kept in the visitor's session and nowhere else."""

from collections.abc import Iterable

import streamlit as st
from torch import Tensor

from core import exercise
from core.dtypes import dtype_name, shortest
from core.exercise import Clock, CodeError, Refused, Report
from pages.parts import cached

_CHECKED, _PASSED = "own_function_checked", "own_function_passed"


def hand_in(source: str) -> None:
    """Checks the text; what comes of it, and the text where it passes, stay for this session."""
    try:
        report = cached.torch_thread().run(exercise.check, source)
    except Refused as refused:
        st.session_state[_CHECKED] = refused
        return
    st.session_state[_CHECKED] = report
    if report.passed:
        st.session_state[_PASSED] = source


def checked() -> Report | Refused | None:
    """What came of the text handed in last; None before the first."""
    return st.session_state.get(_CHECKED)


def passed() -> bool:
    """Whether there is a function that passed."""
    return _PASSED in st.session_state


def values(rows: Iterable[Tensor]) -> list[str]:
    """What the last function that passed gives for each row, (classes,), as a page shows it."""
    return cached.torch_thread().run(_values, st.session_state[_PASSED], rows)


def _values(source: str, rows: Iterable[Tensor]) -> list[str]:
    clock = Clock()
    return [_value(source, row, clock) for row in rows]


def _value(source: str, row: Tensor, clock: Clock) -> str:
    try:
        value = exercise.evaluate(source, row, clock)
        return shortest(value.item(), dtype_name(value.dtype))
    except (CodeError, RuntimeError, ValueError):  # right for every case, and none or many numbers here
        return "no number"
