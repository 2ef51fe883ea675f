"""What a visitor brings to be diagnosed: files, pasted rows, or one of our examples. The last one brought counts.

It is read, measured and diagnosed in the sandbox. Nothing is written anywhere: a batch lives in the visitor's session,
and goes with it.
"""

from dataclasses import dataclass

import streamlit as st

from core.diagnosis import FORMATS, IGNORE_INDEX, MOST_BYTES, Batch, BatchError, File, Summary, summary
from core.diagnosis.examples import EXAMPLES
from core.dtypes import Dtype
from core.sandbox import Allowance, Ended
from pages.parts import cached, controls, sandboxed

_LOGITS, _TARGETS, _TEXT, _IGNORE = "brought_logits", "brought_targets", "brought_text", "ignore"
_BROUGHT, _SUMMED_UP = "brought", "summed_up"

# For each megabyte that a file may have: reading a text of it takes half a second, measuring it two on a slow machine.
_SECONDS, _MEGABYTES = 5.0, 64
_MEGABYTES_AT_LEAST = 256

# More than is read: a longer paste would be dropped by the browser without a word, and the old text judged.
_BOX = 2 * MOST_BYTES


@dataclass(frozen=True, slots=True, eq=False)
class Brought:
    """name: what pages call it; batch: a file, pasted text, or an example's batch; targets: in a file of their own.

    batch is None where there are targets alone.
    """

    name: str
    batch: File | str | Batch | None
    targets: File | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _SummedUp:
    """What was asked last and what came of it: most runs of a page change nothing here."""

    asked: tuple[Brought, Dtype, int]
    answer: Summary | str


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
            max_chars=_BOX,
            on_change=_text,
            placeholder="1.5, 0.2, 89, 0\n2, 1, 0.5, 2",
            height=160,
            persist_state="session",
        )
    if chosen := controls.example(EXAMPLES, on_change=_example):
        return _example_named(chosen)
    return st.session_state.get(_BROUGHT)


@cached.shared(len(EXAMPLES))
def _example_named(example: str) -> Brought:
    digits = Batch(cached.logits("trained", 0), cached.digits().targets)
    made = cached.torch_thread().run(EXAMPLES[example].made, digits)
    return Brought(f"{example} ({EXAMPLES[example].about})", made)


def ignore_index() -> int:
    """Draws the box. Emptied or forged, it counts as torch's own -100."""
    st.number_input(
        "ignore_index",
        value=float(IGNORE_INDEX),
        step=1.0,
        format="%.0f",
        key=_IGNORE,
        persist_state="session",
        help="Rows with this target stay out of the loss, as in F.cross_entropy.",
    )
    return _ignored()


def _ignored() -> int:
    value = st.session_state.get(_IGNORE)
    return int(value) if isinstance(value, float) and abs(value) < 2**53 else IGNORE_INDEX


def summed_up(it: Brought, dtype: Dtype, ignored: int) -> Summary | str:
    """What there is to say of a batch in this dtype; a sentence where it is none, or takes too much."""
    kept = st.session_state.get(_SUMMED_UP)
    if kept is None or kept.asked != (it, dtype, ignored):
        kept = st.session_state[_SUMMED_UP] = _SummedUp((it, dtype, ignored), _asked(it, dtype, dtype, ignored))
    return kept.answer


def _asked(it: Brought, dtype: Dtype | None, otherwise: Dtype, ignored: int) -> Summary | str:
    megabytes = st.get_option("server.maxUploadSize")
    allowance = Allowance(_SECONDS * megabytes, _MEGABYTES_AT_LEAST + _MEGABYTES * megabytes)
    try:
        return sandboxed.run(
            summary, it.batch, it.targets, dtype, otherwise, ignored, megabytes * 2**20, allowance=allowance
        )
    except BatchError as error:
        return f"{error}."
    except Ended as ended:
        return f"{ended}: take fewer rows."


def _files() -> None:
    """A file was brought or taken away."""
    logits, targets = (_file(key) for key in (_LOGITS, _TARGETS))
    if logits:
        _bring(Brought(logits.name, logits, targets))
    elif targets:
        _bring(Brought(targets.name, None, targets))
    else:
        st.session_state.pop(_BROUGHT, None)


def _text() -> None:
    text = st.session_state[_TEXT]
    if text:
        _bring(Brought("pasted rows", text))


def _example() -> None:
    if example := EXAMPLES.get(str(controls.chosen_example())):
        controls.set_dtype(example.dtype)


def _file(key: str) -> File | None:
    it = st.session_state.get(key)
    return File(it.name, it.getvalue()) if it else None


def _bring(it: Brought) -> None:
    """Sums up what was brought, and shows it in its own dtype where it has one."""
    controls.set_no_example()
    st.session_state[_BROUGHT] = it
    ignored, shown = _ignored(), controls.current().dtype
    answer = _asked(it, None, shown, ignored)
    dtype = shown if isinstance(answer, str) else answer.dtype
    controls.set_dtype(dtype)
    st.session_state[_SUMMED_UP] = _SummedUp((it, dtype, ignored), answer)
