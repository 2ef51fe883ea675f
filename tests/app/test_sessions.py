"""A session whose run waits for its turn, as with two hundred visitors: nothing that its visitor does is lost."""

import asyncio
import threading
from unittest.mock import MagicMock

import pytest
from streamlit import runtime
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime import app_session
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner import RerunData
from streamlit.runtime.scriptrunner.script_cache import ScriptCache

from pages.parts import turns
from pages.server.runs import Runner
from pages.server.session import Session

SOON = 10
PAGE = """
import streamlit as st

def count():
    st.session_state.clicks = st.session_state.get("clicks", 0) + 1

st.button("Click", on_click=count)
st.text_input("Text", key="text")
st.session_state.runs = st.session_state.get("runs", 0) + 1
st.session_state.get("at_its_end", int)()
"""


class Visitor:
    """A browser's side of a session."""

    def __init__(self, page):
        self.session = Session(ScriptData(page, False), MemoryUploadedFileManager("/"), ScriptCache(), None, {})
        self.ids = {}

    def act(self, click=False, text=""):
        """The browser forgets a click once it is sent."""
        state = ClientState()
        if click:
            state.widget_states.widgets.add(id=self.ids["button"], trigger_value=True)
        if text:
            state.widget_states.widgets.add(id=self.ids["text_input"], string_value=text)
        self.session.request_rerun(state)

    async def settled(self):
        """What the server has said until nothing runs."""
        async with asyncio.timeout(SOON):
            while self.session._scriptrunner:
                await asyncio.sleep(0.005)
        messages = self.session.flush_browser_queue()
        elements = [it.delta.new_element for it in messages if it.WhichOneof("type") == "delta"]
        self.ids |= {kind: getattr(it, kind).id for it in elements for kind in [it.WhichOneof("type")]}
        return [it.WhichOneof("type") for it in messages]

    def state(self, name):
        return self.session.session_state.filtered_state.get(name)


@pytest.fixture
def talk(tmp_path, monkeypatch):
    """Runs a coroutine with a visitor and a context in which another one has the turn."""
    page = tmp_path / "page.py"
    page.write_text(PAGE)
    monkeypatch.setattr(app_session, "ScriptRunner", Runner)
    monkeypatch.setattr(runtime, "exists", lambda: False)
    monkeypatch.setattr(runtime, "get_instance", MagicMock())

    class Busy:
        def __enter__(self):
            began, self.may_end = threading.Event(), threading.Event()
            turns.begin(lambda: (began.set(), self.may_end.wait(SOON)))
            assert began.wait(SOON)

        def __exit__(self, *_):
            self.may_end.set()

    def talked(with_visitor):
        async def main():
            visitor = Visitor(str(page))
            visitor.act()
            await visitor.settled()
            await with_visitor(visitor, Busy())

        asyncio.run(main())

    return talked


def test_a_click_that_waits_is_not_lost_when_its_visitor_does_something_else(talk):
    async def click_and_type(visitor, busy):
        with busy:
            visitor.act(click=True)
            visitor.act(text="one")
            visitor.act(text="two")
        await visitor.settled()
        assert (visitor.state("clicks"), visitor.state("text"), visitor.state("runs")) == (1, "two", 2)

    talk(click_and_type)


def test_who_does_something_else_keeps_the_place_in_the_line(talk):
    async def type_behind(visitor, busy):
        order = []
        with busy:
            visitor.act(text="one")
            turns.begin(lambda: order.append(visitor.state("runs")))
            visitor.act(text="two")
        await visitor.settled()
        while turns.idle_s() == 0:
            await asyncio.sleep(0.005)
        assert order == [2]

    talk(type_behind)


def test_a_run_that_waits_is_run_though_stop_was_pressed(talk):
    """Or the browser would say Stopping until something else is done."""

    async def stop(visitor, busy):
        with busy:
            visitor.act(text="one")
            visitor.session.request_script_stop()
        assert "script_finished" in await visitor.settled()
        assert visitor.state("runs") == 2

    talk(stop)


def test_who_leaves_while_waiting_runs_nothing(talk):
    async def leave(visitor, busy):
        with busy:
            visitor.act(text="one")
            visitor.session._scriptrunner.request_stop()
        await visitor.settled()
        assert visitor.state("runs") == 1

    talk(leave)


def test_another_visitor_has_a_turn_between_two_runs(talk):
    """One who asked for run after run kept the turn."""

    async def run_twice(visitor, busy):
        order = []
        with busy:
            visitor.act(text="one")
            runner = visitor.session._scriptrunner

            def asks_again():
                if not order:
                    turns.begin(lambda: order.append(visitor.state("runs")))
                    runner.request_rerun(RerunData())

            visitor.session.session_state["at_its_end"] = asks_again
        await visitor.settled()
        assert order == [2]
        assert visitor.state("runs") == 3

    talk(run_twice)
