"""A session's runs get their thread from the turns."""

import sys
import threading
from inspect import signature

import pytest
from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner

from pages.server import runs

SOON = 10


def runner(kind):
    """A runner that would run a page, and where it does so."""
    threads, ended = [], threading.Event()

    class Noting(kind):
        def _run_script_thread(self):
            threads.append((self._is_in_script_thread(), threading.current_thread()))
            ended.set()

    of_it = [name for name in signature(ScriptRunner).parameters if name != "initial_rerun_data"]
    return Noting(**dict.fromkeys(of_it), initial_rerun_data=RerunData()), threads, ended


def test_streamlit_starts_a_thread_at_once(held_turn):
    """If it no longer does, `pages/server/runs.py` can go."""
    with held_turn():
        it, threads, ended = runner(ScriptRunner)
        it.start()
        assert ended.wait(SOON)
    assert [own for own, _ in threads] == [True]


def test_a_run_is_its_threads_own_and_waits_for_its_turn(held_turn):
    with held_turn():
        it, threads, ended = runner(runs.Runner)
        it.start()
        assert not ended.wait(0.1)
    assert ended.wait(SOON)
    assert [own for own, _ in threads] == [True]


def test_every_session_takes_turns(monkeypatch):
    before = sys.getswitchinterval()
    monkeypatch.setattr(app_session, "ScriptRunner", ScriptRunner)
    try:
        runs.take_turns()
        assert app_session.ScriptRunner is runs.Runner
        assert sys.getswitchinterval() == pytest.approx(runs.MOST_S)
    finally:
        sys.setswitchinterval(before)
