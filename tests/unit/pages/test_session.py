"""What a run of a page says to the loop: together, in order, and not late."""

import asyncio
from types import SimpleNamespace

import pytest
from google.protobuf.json_format import ParseDict
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import websocket_session_manager
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import ScriptRunnerEvent

from pages.server import session as module
from pages.server.session import Session, say_together

ELEMENT, FINISHED, ENDED = (
    ScriptRunnerEvent.ENQUEUE_FORWARD_MSG,
    ScriptRunnerEvent.SCRIPT_STOPPED_WITH_SUCCESS,
    ScriptRunnerEvent.SHUTDOWN,
)


@pytest.fixture
def say(monkeypatch):
    """Runs a coroutine with a session whose events are noted: `heard`, and `woken`, how often the loop was called."""

    def said(talk):
        async def main():
            loop = asyncio.get_running_loop()
            heard, woken = [], []
            calls = SimpleNamespace(
                call_later=loop.call_later,
                is_closed=loop.is_closed,
                call_soon_threadsafe=lambda it: (woken.append(it), loop.call_soon_threadsafe(it)),
            )
            of_it = {"_event_loop": calls, "_state": AppSessionState.SHUTDOWN_REQUESTED, "_scriptrunner": None}
            monkeypatch.setattr(AppSession, "__init__", lambda self: vars(self).update(of_it))
            monkeypatch.setattr(
                AppSession,
                "_handle_scriptrunner_event_on_event_loop",
                lambda _self, _sender, event, number=None: heard.append(number if event is ELEMENT else event),
            )
            one = Session()
            one._message_enqueued_callback = lambda: heard.append("sent")
            await talk(one, heard)
            return heard, len(woken)

        return asyncio.run(main())

    return said


def test_a_run_is_heard_in_order_at_its_end_by_a_loop_that_was_called_twice(say, monkeypatch):
    monkeypatch.setattr(module, "MOST_S", 60)

    async def talk(one, _):
        def run():
            for number in range(25):
                one._on_scriptrunner_event(None, ELEMENT, number)
            one._on_scriptrunner_event(None, FINISHED)
            one._on_scriptrunner_event(None, ENDED)

        await asyncio.to_thread(run)
        await asyncio.sleep(0.05)

    heard, woken = say(talk)
    assert heard == [*range(25), FINISHED, ENDED, "sent"]
    assert woken == 2


def test_the_first_element_of_a_long_run_does_not_wait_for_its_end(say):
    async def talk(one, heard):
        one._on_scriptrunner_event(None, ELEMENT, 1)
        await asyncio.sleep(5 * module.MOST_S)
        assert heard == [1, "sent"]
        one._on_scriptrunner_event(None, ELEMENT, 2)
        await asyncio.sleep(5 * module.MOST_S)

    assert say(talk)[0] == [1, "sent", 2, "sent"]


def test_what_is_called_for_later_comes_after_what_was_said_before(say, monkeypatch):
    """So an exception that a browser's message raised is shown after the page was cleared for it."""
    monkeypatch.setattr(module, "MOST_S", 60)

    async def talk(one, heard):
        one._on_scriptrunner_event(None, FINISHED)
        one._call_soon_on_event_loop(lambda: heard.append("exception"))
        await asyncio.sleep(0.05)

    assert say(talk)[0] == [FINISHED, "exception", "sent"]


def test_a_run_is_heard_before_another_begins(say, monkeypatch):
    """A session forgets the runner of the last run then, and would hear nothing more of it."""
    monkeypatch.setattr(module, "MOST_S", 60)

    async def talk(one, heard):
        monkeypatch.setattr(AppSession, "_create_scriptrunner", lambda *_: heard.append("another"))
        one._on_scriptrunner_event(None, ELEMENT, 1)
        one._create_scriptrunner(None)

    assert say(talk)[0] == [1, "sent", "another"]


def test_an_event_that_cannot_be_handled_does_not_keep_others_from_being_heard(say):
    async def talk(one, heard):
        def fail():
            raise RuntimeError("of this event alone")

        one._events.append(fail)
        one._events.append(lambda: heard.append("next"))
        with pytest.raises(RuntimeError):
            one._take_over()
        await asyncio.sleep(0.05)

    assert say(talk)[0] == ["sent", "next", "sent"]


def test_a_browser_is_not_looked_for_where_nothing_was_said(say):
    async def talk(one, _):
        one._take_over()

    assert say(talk)[0] == []


def test_sessions_are_such_ones(monkeypatch):
    monkeypatch.setattr(websocket_session_manager, "AppSession", AppSession)
    say_together()
    assert websocket_session_manager.AppSession is Session


@pytest.mark.parametrize(
    ("said", "is_heard"),
    [
        ({"rerun_script": {"query_string": "scale=3"}}, True),
        ({"stop_script": True}, True),
        ({"app_heartbeat": True}, True),
        ({"file_urls_request": {"request_id": "1"}}, True),
        ({"backend_operation_request": {"deferred_file": {}}}, True),
        ({"backend_operation_request": {"install_skills": {}}}, False),
        ({"backend_operation_request": {"dismiss_skills_nudge": {}}}, False),
        ({"backend_operation_request": {}}, False),
        ({"clear_cache": True}, False),
        ({"load_git_info": True}, False),
        ({"set_run_on_save": True}, False),
        ({"debug_shutdown_runtime": True}, False),
        ({}, False),
    ],
    ids=str,
)
def test_a_visitor_has_nothing_to_say_to_the_developers_tools(said, is_heard, monkeypatch):
    heard = []
    monkeypatch.setattr(AppSession, "handle_backmsg", lambda _, msg: heard.append(msg))
    monkeypatch.setattr(AppSession, "__del__", lambda _: None)  # none is ever made whole
    Session.__new__(Session).handle_backmsg(ParseDict(said, BackMsg()))
    assert bool(heard) == is_heard
