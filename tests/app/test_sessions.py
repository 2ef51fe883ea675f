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

@st.fragment
def part():
    st.button("Click in a part", on_click=count, key="in_part")

part()
st.session_state.get("at_its_end", int)()
"""


class Visitor:
    """A browser's side of a session."""

    def __init__(self, page):
        self.session = Session(ScriptData(page, False), MemoryUploadedFileManager("/"), ScriptCache(), None, {})
        self.ids, self.part = {}, ""

    def act(self, click=None, text="", part=""):
        """click: the label of a button, which the browser forgets once it is sent; part: the fragment it is in"""
        state = ClientState(fragment_id=part)
        if click:
            state.widget_states.widgets.add(id=self.ids[click], trigger_value=True)
        if text:
            state.widget_states.widgets.add(id=self.ids["Text"], string_value=text)
        self.session.request_rerun(state)

    async def settled(self):
        """What the server has said until nothing runs."""
        async with asyncio.timeout(SOON):
            while self.session._scriptrunner:
                await asyncio.sleep(0.005)
        messages = self.session.flush_browser_queue()
        for delta in (it.delta for it in messages if it.delta.HasField("new_element")):
            element = getattr(delta.new_element, delta.new_element.WhichOneof("type"))
            self.ids[element.label] = element.id
            self.part = delta.fragment_id or self.part
        return [it.WhichOneof("type") for it in messages]

    def state(self, name):
        return self.session.session_state.filtered_state.get(name)


async def idle():
    """Nobody has a turn any more."""
    async with asyncio.timeout(SOON):
        while turns.idle_s() == 0:
            await asyncio.sleep(0.005)


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
            visitor.act(click="Click")
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
        await idle()
        assert order == [2]

    talk(type_behind)


def test_who_stops_a_run_that_waits_is_told_that_it_has_ended(talk):
    """Or the browser would say Stopping until something else is done."""

    async def stop(visitor, busy):
        with busy:
            visitor.act(click="Click")
            visitor.session._handle_stop_script_request()
        said = await visitor.settled()
        assert said.index("script_finished") < said.index("session_status_changed")
        assert visitor.state("runs") == 1
        visitor.act(text="two")
        await visitor.settled()
        assert (visitor.state("clicks"), visitor.state("runs")) == (None, 2)

    talk(stop)


@pytest.mark.parametrize("leave", [Session.shutdown, Session.request_script_stop], ids=["for good", "perhaps"])
def test_for_who_has_left_nothing_is_run(talk, leave):
    async def wait(visitor, busy):
        with busy:
            visitor.act(text="one")
            leave(visitor.session)
        await idle()
        assert visitor.state("runs") == 1

    talk(wait)


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


def test_a_click_in_a_part_that_waits_behind_others_is_not_lost(talk):
    """It waits in a runner that has had a turn already, for the page it is on."""

    async def click_and_type(visitor, busy):
        waits = threading.Event()

        def others():
            waits.set()
            assert may_end.wait(SOON)

        may_end = threading.Event()
        with busy:
            visitor.act(text="one")

            def click():
                if not waits.is_set():
                    turns.begin(others)
                    visitor.act(click="Click in a part", part=visitor.part)

            visitor.session.session_state["at_its_end"] = click
        assert await asyncio.to_thread(waits.wait, SOON)
        visitor.act(text="two")
        may_end.set()
        await visitor.settled()
        assert (visitor.state("clicks"), visitor.state("text")) == (1, "two")

    talk(click_and_type)
