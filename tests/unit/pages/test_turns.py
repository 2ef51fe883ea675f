"""Runs of pages take turns: so many at once, and nobody who waits for something else keeps a turn."""

import threading
import time

import pytest

from pages.parts import turns
from pages.parts.cached import shared
from pages.parts.torch_thread import TorchThread

SOON = 10  # seconds: no test waits that long unless it fails


@pytest.fixture(autouse=True)
def two_places(monkeypatch):
    monkeypatch.setattr(turns, "_places", threading.Semaphore(2))


class Run(threading.Thread):
    """A run of a page: takes a turn, says so, does `within` and ends when told."""

    def __init__(self, within=lambda: None):
        super().__init__(daemon=True)
        self.within, self.began, self.may_end = within, threading.Event(), threading.Event()
        self.start()

    def run(self):
        with turns.taken():
            self.began.set()
            self.within()
            assert self.may_end.wait(SOON)

    def end(self):
        self.may_end.set()
        self.join(SOON)


def end(*runs):
    """All at once: who waits for a turn ends only after another has."""
    for run in runs:
        run.may_end.set()
    for run in runs:
        run.join(SOON)


def test_a_third_run_begins_when_one_of_two_has_ended():
    first, second = Run(), Run()
    assert first.began.wait(SOON)
    assert second.began.wait(SOON)
    third = Run()
    assert not third.began.wait(0.1)
    first.end()
    assert third.began.wait(SOON)
    second.end()
    third.end()


def test_a_run_that_waits_lets_another_begin_and_goes_on_once_there_is_a_turn_for_it():
    over, goes_on = threading.Event(), threading.Event()

    def waits():
        with turns.given_up(), turns.given_up():
            assert over.wait(SOON)
        goes_on.set()

    waiting = Run(waits)
    others = [Run(), Run()]
    assert all(run.began.wait(SOON) for run in (waiting, *others))
    over.set()
    assert not goes_on.wait(0.1)  # two places, no more
    others[0].end()
    assert goes_on.wait(SOON)
    late = Run()
    assert not late.began.wait(0.1)
    waiting.end()
    assert late.began.wait(SOON)
    end(others[1], late)


def test_who_waits_for_torch_holds_no_turn():
    thread, held = TorchThread(), threading.Event()
    runs = [Run(lambda: thread.run(held.wait, SOON)) for _ in range(2)]
    assert all(run.began.wait(SOON) for run in runs)
    another = Run()
    assert another.began.wait(SOON)
    held.set()
    end(*runs, another)
    thread.close()


def test_who_waits_for_what_another_visitor_computes_holds_no_turn():
    held = threading.Event()
    slow = shared(1)(lambda: held.wait(SOON))
    runs = [Run(slow) for _ in range(3)]  # one computes, two wait for it
    assert all(run.began.wait(SOON) for run in runs)
    another = Run()
    assert another.began.wait(SOON)
    held.set()
    end(*runs, another)


def test_a_run_that_fails_ends_its_turn():
    def fails():
        with pytest.raises(ZeroDivisionError), turns.taken():
            raise ZeroDivisionError

    for _ in range(3):
        failing = threading.Thread(target=fails)
        failing.start()
        failing.join(SOON)
        assert not failing.is_alive()


def test_outside_a_run_there_is_no_turn_to_give_up():
    with turns.given_up():
        pass
    assert all(turns._places.acquire(blocking=False) for _ in range(2))
    assert not turns._places.acquire(blocking=False)


def test_nobody_is_idle_while_a_turn_is_held(monkeypatch):
    monkeypatch.setattr(turns, "_places", threading.Semaphore(1))
    with turns.taken():
        assert turns.idle_s() == 0
        with turns.given_up():
            assert turns.idle_s() > 0
        time.sleep(0.05)
        assert turns.idle_s() == 0
    time.sleep(0.05)
    assert turns.idle_s() >= 0.05
