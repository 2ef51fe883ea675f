"""Practice: the notebook's empty function; your lines are checked case by case."""

from pathlib import Path

import streamlit as st

from core import exercise
from core.exercise import HINTS, MOST_CHARACTERS, START, Refused
from core.reference import AVAILABLE
from pages.parts import chapter, navigation, own_function
from pages.parts.case_list import case_list, refusal

_STYLE = Path(chapter.__file__).parent / "case_list.css"
_CORE = sum(not it.extra for it in exercise.CASES)
_RULES = (
    '<p class="wsb-note">Assignments, return, if and the operations of torch that this needs: max, exp, sum, log, '
    "where and their kin. No loops, no imports. Your text stays in this session and is never executed: it is read, "
    "and evaluated step by step.</p>"
)

chapter.begin(
    "Write logsumexp",
    f"The notebook leaves this function empty. Fill it in: x holds logits, shape (..., classes), of any float dtype; "
    f"return the log of the summed exponentials over the last axis, shape (...), in the same dtype. **{_CORE} cases, "
    "among them the logits that break the textbook formula.**",
)
st.html(_STYLE)


# More than the checker takes: a longer paste would be dropped by the browser without a word, and the old text judged.
_BOX = 50 * MOST_CHARACTERS


@st.fragment
def write_it() -> None:
    """The code, the hints, and what came of it."""
    code, outcome = st.columns(2, gap="medium")
    with code:
        with st.form("write_it", border=False):
            source = st.text_area(
                "Your function", START, height=240, max_chars=_BOX, key="own_source", persist_state="session"
            )
            if st.form_submit_button("Check it"):
                own_function.hand_in(source or "")
        st.html(_RULES)
        _hints()
    with outcome:
        _came_of_it()


def _hints() -> None:
    shown = st.session_state.get("write_it_hints", 0)
    if shown:
        st.markdown("\n".join(f"{number}. {hint}" for number, hint in enumerate(HINTS[:shown], 1)))
    if shown < len(HINTS):
        st.button("A hint" if shown == 0 else "Next hint", on_click=_one_more_hint)


def _one_more_hint() -> None:
    st.session_state["write_it_hints"] = st.session_state.get("write_it_hints", 0) + 1


def _came_of_it() -> None:
    checked = own_function.checked()
    if checked is None:
        st.markdown("What comes out, case by case, appears here once you check it.")
    elif isinstance(checked, Refused):
        st.html(refusal(checked))
    else:
        st.html(case_list(checked))
        if checked.passed:
            navigation.link("logsumexp", "See your function beside the notebook's and PyTorch's →")


write_it()
truth = "proven by interval arithmetic" if AVAILABLE else "torch.logsumexp's in float64, since python-flint is missing"
st.html(
    f'<p class="wsb-note">A finite right answer is {truth}; yours may be off by a few gaps of the dtype, for the '
    "rounding of exp, sum and log. Shape (..., 1) is not accepted: <code>x - logsumexp(x).unsqueeze(-1)</code>, the "
    "notebook's last log_softmax, would broadcast it to the wrong shape without a word.</p>"
)
