"""A run of a page gets a thread when it is its turn.

Streamlit makes one for each run at once, and the loop waits until it has begun: with two hundred runs asked for, half a
second in which nobody is heard or answered.
"""

import sys
import threading
from typing import Any

from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner, ScriptRunnerEvent
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

from pages.parts import turns

MOST_S = 0.001  # that the loop, which lets go of the interpreter to read and to write, waits for a run to let it on


class Runner(ScriptRunner):
    """One session's runs, until there are no more to do."""

    def __init__(self, *of: Any, **more: Any) -> None:
        super().__init__(*of, **more)
        self._beginning, self._begun = threading.Lock(), False

    def start(self) -> None:
        turns.begin(self._take_turn)

    def waits(self) -> bool:
        """Whether it is not its turn yet."""
        return not self._begun

    def renewed(self, asked: RerunData) -> bool:
        """Whether it runs what is asked for now, because it waits: its place in the line stays, and a click in it.

        Streamlit has stopped it, and would begin another at the line's end, which knows nothing of the click.
        """
        with self._beginning:
            if self._begun:
                return False
            with self._requests._lock:
                self._requests._state = ScriptRequestType.RERUN
            return self._requests.request_rerun(asked)

    def _take_turn(self) -> None:
        with self._beginning:
            self._begun = True
        self._script_thread = threading.current_thread()
        self._run_script_thread()

    def _on_script_finished(self, ctx: Any, event: ScriptRunnerEvent, *of: Any, **more: Any) -> None:
        super()._on_script_finished(ctx, event, *of, **more)
        again = self._requests._state is ScriptRequestType.RERUN
        if again or event is ScriptRunnerEvent.SCRIPT_STOPPED_FOR_RERUN:
            self._begun = not again
            turns.passed_on()
            with self._beginning:
                self._begun = True


def take_turns() -> None:
    """From now on every run waits for its turn."""
    app_session.ScriptRunner = Runner  # type: ignore[misc]
    sys.setswitchinterval(MOST_S)
