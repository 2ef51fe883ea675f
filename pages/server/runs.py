"""A run of a page gets a thread when it is its turn.

Streamlit makes one for each run at once, and the loop waits until it has begun: with two hundred runs asked for, half a
second in which nobody is heard or answered.
"""

import sys
import threading

from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner import ScriptRunner

from pages.parts import turns

MOST_S = 0.001  # that the loop, which lets go of the interpreter to read and to write, waits for a run to let it on


class Runner(ScriptRunner):
    """One session's runs, until there are no more to do."""

    def start(self) -> None:
        turns.begin(self._take_turn)

    def _take_turn(self) -> None:
        self._script_thread = threading.current_thread()
        self._run_script_thread()


def take_turns() -> None:
    """From now on every run waits for its turn."""
    app_session.ScriptRunner = Runner  # type: ignore[misc]
    sys.setswitchinterval(MOST_S)
