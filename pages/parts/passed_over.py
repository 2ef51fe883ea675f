"""What a link asks for and nobody can show: one line says so, until the visitor changes it or goes to another page.

Only names that the app knows are judged. Others are nobody's business: mail programs and search engines add theirs to
any link (`utm_source`), and Streamlit has its own (`embed`).
"""

from collections.abc import Hashable
from dataclasses import dataclass
from html import escape

import streamlit as st

from core.view import TAKES, View

_KEPT = "passed_over"
_LONGEST = 20  # characters of what a link says: enough to know it again
_PLAIN = set("+-.,_ ")


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A parameter of the link: what it says, what it may say, what is shown instead."""

    name: str
    said: str
    takes: str
    shown: str

    def sentence(self) -> str:
        return f"{self.name}={_harmless(self.said)} (it takes {self.takes}; shown is {self.shown})"


def begin(page: str) -> None:
    """For the router: on another page what was said before is over."""
    if st.session_state.get(_KEPT, {}).get("page") != page:
        st.session_state[_KEPT] = {"page": page}


def is_first_run() -> bool:
    """Whether this visitor has just come: what the address says is then what the link said."""
    return _KEPT not in st.session_state


def of_view(asked: dict[str, str], shown: View, first: bool) -> list[PassedOver]:
    """What of the address the view does not hold. Later the address is behind the controls, and only wrong values tell.

    asked: the address's parameters, as they were before the controls were drawn
    """
    wanted, wrong = View.parse(asked), View.ignored(asked)
    differs = [it for it in TAKES if it in asked and getattr(wanted, it) != getattr(shown, it)] if first else []
    return [PassedOver(it, asked[it], TAKES[it], _as_text(it, shown)) for it in TAKES if it in wrong or it in differs]


def say(passed_over: list[PassedOver], of: str, place: Hashable) -> None:
    """The line, as long as `place` stays what it is.

    of: whose parameters these are, one line each
    """
    kept = st.session_state.get(_KEPT, {})
    if passed_over:
        kept[of] = place, passed_over
    there, lines = kept.get(of, (place, []))
    if there != place:
        del kept[of]
    elif lines:
        said = "; ".join(it.sentence() for it in lines)
        st.html(f'<p class="wsb-note" role="status">Passed over in this link: {escape(said)}.</p>')


def _as_text(name: str, view: View) -> str:
    value = getattr(view, name)
    return "the first to fail" if value is None else f"{value:g}" if name == "scale" else str(value)


def _harmless(said: str) -> str:
    """Its beginning, each character that could be markup replaced."""
    short = said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"
    return "".join(it if it.isalnum() or it in _PLAIN or it == "…" else "?" for it in short) or "nothing"
