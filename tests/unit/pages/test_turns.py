"""Runs of pages take turns: one at a time, in order, and nobody who waits for something else keeps a turn."""

import threading
import time
from contextvars import ContextVar

import pytest

from pages.parts import turns
from pages.parts.cached import shared
from pages.parts.kept import _Shelf
from pages.parts.torch_thread import TorchThread

SOON = 10  # seconds: no test waits that long unless it fails


class Run:
    """A run of a page: asks for a turn, says when it has one, does `within` and ends when told."""

    def __init__(self, within=lambda: None):
        self.within, self.thread = within, None
        self.began, self.may_end, self.ended = threading.Event(), threading.Event(), threading.Event()
        turns.begin(self.run)

    def run(self):
        self.thread = threading.current_thread()
        self.began.set()
        try:
            self.within()
            assert self.may_end.wait(SOON)
        finally:
            self.ended.set()


@pytest.fixture
def asked():
    """Asks for a run; all of them have ended after the test."""
    runs = []
    yield lambda *within: runs.append(Run(*within)) or runs[-1]
    end(*runs)
    until(lambda: turns.idle_s() > 0)


def end(*runs):
    """All at once: who waits for a turn ends only after another has."""
    for run in runs:
        run.may_end.set()
    assert all(run.ended.wait(SOON) for run in runs)


def until(holds):
    """Fails if it does not hold soon."""
    deadline = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_run_begins_when_the_one_before_it_has_ended(asked):
    first, second, third = asked(), asked(), asked()
    assert first.began.wait(SOON)
    assert not second.began.wait(0.1)
    first.may_end.set()
    assert second.began.wait(SOON)
    assert not third.began.is_set()


def test_who_asks_does_not_wait_and_a_run_has_no_thread_before_its_turn(asked):
    threads = threading.active_count()
    runs = [asked() for _ in range(200)]
    assert threading.active_count() == threads + 1
    end(*runs)
    assert {run.thread for run in runs} == {runs[0].thread}


def test_a_thread_brings_nothing_from_one_run_to_the_next(asked):
    left = ContextVar("left", default=0)
    found = []

    def leave():
        found.append(left.get())
        left.set(1)

    end(asked(leave), asked(leave))
    assert found == [0, 0]


def test_a_run_that_waits_lets_another_begin_and_goes_on_before_others_do(asked):
    over, goes_on = threading.Event(), threading.Event()

    def waits():
        with turns.given_up(), turns.given_up():
            assert over.wait(SOON)
        goes_on.set()

    waiting, another, late = asked(waits), asked(), asked()
    assert another.began.wait(SOON)
    over.set()
    assert not goes_on.wait(0.1)
    another.may_end.set()
    assert goes_on.wait(SOON)
    assert not late.began.wait(0.1)
    waiting.may_end.set()
    assert late.began.wait(SOON)


def test_a_run_that_waited_goes_on_at_once_where_nobody_has_the_turn(asked):
    def waits():
        with turns.given_up():
            assert turns.idle_s() > 0
        assert turns.idle_s() == 0

    waiting = asked(waits)
    waiting.may_end.set()
    assert waiting.ended.wait(SOON)
    assert not asked(waits).ended.wait(0.05)


def test_who_waits_for_torch_holds_no_turn(asked):
    thread, held = TorchThread(), threading.Event()
    runs = [asked(lambda: thread.run(held.wait, SOON)) for _ in range(2)]
    runs.append(asked())
    assert all(run.began.wait(SOON) for run in runs)
    held.set()
    end(*runs)
    thread.close()


def test_who_waits_for_what_another_visitor_computes_holds_no_turn(asked):
    held = threading.Event()
    slow = shared(1)(lambda: held.wait(SOON))
    runs = [asked(slow) for _ in range(3)]  # one computes, two wait for it
    runs.append(asked())
    assert all(run.began.wait(SOON) for run in runs)
    held.set()
    end(*runs)


def test_what_a_class_asks_for_at_once_is_made_once(asked):
    """Each of two hundred made the pictures of a page, when the first to ask had given up its turn to have them."""
    shelf, held, made = _Shelf(), threading.Event(), []

    def make():
        with turns.given_up():
            assert held.wait(SOON)
        made.append(1)
        return len(made)

    found = []
    runs = [asked(lambda: found.append(shelf.get(make, ()))) for _ in range(3)]
    runs.append(asked())
    assert all(run.began.wait(SOON) for run in runs)
    held.set()
    end(*runs)
    assert found == [1, 1, 1]


def test_a_run_that_fails_ends_its_turn_and_is_told_of(asked, monkeypatch):
    told = []
    monkeypatch.setattr(threading, "excepthook", lambda it: told.append(it.exc_type))

    def fails():
        raise ZeroDivisionError

    failing, another = asked(fails), asked()
    assert another.began.wait(SOON)
    assert failing.ended.is_set()
    assert told == [ZeroDivisionError]


def test_where_the_system_gives_no_thread_who_asks_hears_of_it_and_others_have_turns(asked, no_thread):
    with no_thread(), pytest.raises(RuntimeError):
        turns.begin(lambda: pytest.fail("the visitor was told that it does not run"))
    assert turns.idle_s() > 0
    asked().may_end.set()


def test_where_the_system_gives_no_thread_a_run_that_waits_goes_on(asked, no_thread):
    another_asked = threading.Event()

    def waits():
        assert another_asked.wait(SOON)
        with no_thread(), turns.given_up():
            pass
        assert turns.idle_s() == 0

    waiting, another = asked(waits), asked()
    another_asked.set()
    waiting.may_end.set()
    assert another.began.wait(SOON)
    assert waiting.ended.is_set()


def test_where_the_system_gives_no_thread_who_has_one_is_woken(asked, no_thread):
    """The turn was nobody's, and those who waited for it waited on."""
    all_asked, woken = threading.Event(), threading.Event()

    def passes_on():
        assert all_asked.wait(SOON)
        turns.passed_on()
        woken.set()

    def leaves_to_one_without():
        with no_thread(), turns.given_up():
            assert woken.wait(SOON)

    runs = [asked(passes_on), asked(leaves_to_one_without), asked()]
    all_asked.set()
    end(*runs)


def test_between_two_runs_of_a_visitor_whoever_waits_has_a_turn(asked):
    order, all_asked = [], threading.Event()

    def twice():
        assert all_asked.wait(SOON)
        order.append("first")
        turns.passed_on()
        order.append("second")
        turns.passed_on()  # nobody waits

    runs = [asked(twice), asked(lambda: order.append("another"))]
    all_asked.set()
    end(*runs)
    assert order == ["first", "another", "second"]


def test_a_failure_nobody_can_be_told_of_ends_its_turn_too(asked, monkeypatch):
    def broken(_):
        raise BrokenPipeError

    monkeypatch.setattr(threading, "excepthook", broken)
    turns.begin(lambda: 1 / 0)
    end(asked())


def test_outside_a_run_there_is_no_turn_to_give_up(asked):
    running, another = asked(), asked()
    assert running.began.wait(SOON)
    with turns.given_up():
        assert not another.began.wait(0.1)


def test_nobody_is_idle_while_a_turn_is_held(asked):
    running = asked()
    assert running.began.wait(SOON)
    assert turns.idle_s() == 0
    running.may_end.set()
    until(lambda: turns.idle_s() >= 0.05)
