"""A run of a page says thirty things to the loop that sends them: it says them together.

Run and loop are two threads over one interpreter. Streamlit wakes the loop for each of the thirty, and each time it
asks for the interpreter, which the run needs.

While a run waits for its turn (`runs.py`), what its visitor does next joins it.
"""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import websocket_session_manager
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner, ScriptRunnerEvent

from pages.server.runs import Runner

_HEARD, _ANSWERED = (
    ("rerun_script", "stop_script", "file_urls_request", "app_heartbeat"),
    ("deferred_file", "dataframe_chunk"),
)
MOST_WIDGETS, MOST_FILES = 1_000, 100  # that a message may name: a page has some thirty and two
MOST_S = 0.01  # that the first elements of a long run wait for those after them


class Session(AppSession):
    """One tab's. Its loop takes events over when a run ends, or MOST_S after the first one."""

    def __init__(self, *of: Any, **more: Any) -> None:
        self._events: deque[Callable[[], None]] = deque()
        self._expected = self._taking_over = False
        self._newest: Runner | None = None
        super().__init__(*of, **more)

    def handle_backmsg(self, msg: BackMsg) -> None:
        """What a visitor's browser has to say. The rest is for who develops an app: it would clear everybody's caches,
        or ask git while all others wait and tell the visitor which files were changed."""
        kind = msg.WhichOneof("type")
        asked = msg.backend_operation_request.WhichOneof("payload") if kind == "backend_operation_request" else None
        many = (
            len(msg.rerun_script.widget_states.widgets) > MOST_WIDGETS
            or len(msg.file_urls_request.file_names) > MOST_FILES
        )
        if (kind in _HEARD or asked in _ANSWERED) and not many:
            super().handle_backmsg(msg)

    def _on_scriptrunner_event(
        self, sender: ScriptRunner | None, event: ScriptRunnerEvent, *of: Any, **more: Any
    ) -> None:
        handle = partial(self._handle_scriptrunner_event_on_event_loop, sender, event, *of, **more)
        if event == ScriptRunnerEvent.SHUTDOWN:
            self._call_soon_on_event_loop(handle)
            return
        self._events.append(handle)
        if not self._expected:
            self._expected = True
            super()._call_soon_on_event_loop(self._take_over_later)

    def _call_soon_on_event_loop(self, callback: Callable[[], None]) -> None:
        self._events.append(callback)  # behind what was said before
        super()._call_soon_on_event_loop(self._take_over)

    def _create_scriptrunner(self, initial_rerun_data: RerunData) -> None:
        if self._newest and self._newest.renewed(initial_rerun_data):
            self._scriptrunner = self._newest
            return
        self._take_over()  # what a run said is heard only while no other has begun
        super()._create_scriptrunner(initial_rerun_data)
        self._newest = self._scriptrunner if isinstance(self._scriptrunner, Runner) else None

    def _handle_stop_script_request(self) -> None:
        super()._handle_stop_script_request()
        if self._newest and self._newest.waits():  # a run that never begins does not say that it has ended
            self._enqueue_forward_msg(self._create_script_finished_message(ForwardMsg.FINISHED_EARLY_FOR_RERUN))
            self._enqueue_forward_msg(self._create_session_status_changed_message())
            self._newest = None  # and with it what it was asked for

    def _enqueue_forward_msg(self, msg: ForwardMsg) -> None:
        self._browser_queue.enqueue(msg)
        if not self._taking_over and self._message_enqueued_callback:
            self._message_enqueued_callback()

    def _take_over_later(self) -> None:
        self._event_loop.call_later(MOST_S, self._take_over)

    def _take_over(self) -> None:
        self._expected = False  # before it looks: what comes from here on is told to the loop anew
        if not self._events:
            return
        self._taking_over = True
        try:
            while self._events:
                self._events.popleft()()
        finally:
            self._taking_over = False
            if self._message_enqueued_callback:
                self._message_enqueued_callback()
            if self._events:  # one failed, and the loop says so; the others are heard
                super()._call_soon_on_event_loop(self._take_over)


def say_together() -> None:
    """From now on every session is such a one."""
    websocket_session_manager.AppSession = Session  # type: ignore[misc]
