"""What a visitor brings to be diagnosed: files, pasted rows, or one of our examples. The last one brought counts.

Nothing is written anywhere: a batch lives in the visitor's session, and goes with it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.diagnosis import FORMATS, IGNORE_INDEX, Batch, BatchError, File, parse, read
from core.diagnosis.examples import EXAMPLES
from core.diagnosis.reading import dtype_of
from pages.parts import cached, controls

_LOGITS, _TARGETS, _TEXT, _IGNORE = "brought_logits", "brought_targets", "brought_text", "ignore"
_KEPT = "brought"


@dataclass(frozen=True, slots=True, eq=False)
class Brought:
    """name: of the file; batch: None where it is none, and then refusal says why."""

    name: str
    batch: Batch | None
    refusal: str = ""


def brought() -> Brought | None:
    """Draws what one can bring. What was brought last, None before anything was."""
    megabytes = st.get_option("server.maxUploadSize")
    st.file_uploader(
        "Logits",
        FORMATS,
        key=_LOGITS,
        on_change=_files,
        help="Floats, (rows, classes). Targets may be in the same file: an array called targets, or the last column of "
        f"a .csv. Up to {megabytes} MB, also once unpacked. The file's dtype becomes the one above; choose another if "
        "training used another.",
    )
    st.file_uploader("Targets, if in a file of their own", FORMATS, key=_TARGETS, on_change=_files)
    with st.popover("Paste rows", width="stretch"):
        st.text_area(
            "One row a line, its target last",
            key=_TEXT,
            on_change=_text,
            placeholder="1.5, 0.2, 89, 0\n2, 1, 0.5, 2",
            height=160,
            persist_state="session",
        )
    if chosen := controls.example(EXAMPLES, on_change=_example):
        return Brought(f"{chosen} ({EXAMPLES[chosen].about})", _batch(chosen))
    return st.session_state.get(_KEPT)


@cached.shared(len(EXAMPLES))
def _batch(example: str) -> Batch:
    digits = Batch(cached.logits("trained", 0), cached.digits().targets)
    return cached.torch_thread().run(EXAMPLES[example].made, digits)


def ignore_index() -> int:
    """Draws the box. Emptied or forged, it counts as torch's own -100."""
    value = st.number_input(
        "ignore_index",
        value=float(IGNORE_INDEX),
        step=1.0,
        format="%.0f",
        key=_IGNORE,
        persist_state="session",
        help="Rows with this target stay out of the loss, as in F.cross_entropy.",
    )
    return int(value) if isinstance(value, float) and abs(value) < 2**53 else IGNORE_INDEX


def _files() -> None:
    """A file was brought or taken away."""
    logits, targets = (_file(key) for key in (_LOGITS, _TARGETS))
    if logits:
        _keep(logits.name, lambda most: read(logits, targets, most))
    elif targets:
        _keep(targets.name, lambda _: _missing())
    else:
        st.session_state.pop(_KEPT, None)


def _missing() -> Batch:
    raise BatchError("These are the targets; bring the logits too")


def _text() -> None:
    text = st.session_state[_TEXT]
    if text:
        _keep("pasted rows", lambda most: parse(text, most))


def _example() -> None:
    if example := EXAMPLES.get(str(controls.chosen_example())):
        controls.set_dtype(example.dtype)


def _file(key: str) -> File | None:
    it = st.session_state.get(key)
    return File(it.name, it.getvalue()) if it else None


def _keep(name: str, made: Callable[[int], Batch]) -> None:
    """Reads what was brought, and shows it in its own dtype where it has one."""
    controls.set_no_example()
    try:
        batch = made(st.get_option("server.maxUploadSize") * 2**20)
    except BatchError as error:
        st.session_state[_KEPT] = Brought(name, None, f"{error}.")
        return
    st.session_state[_KEPT] = Brought(name, batch)
    if dtype := dtype_of(batch, name):
        controls.set_dtype(dtype)
