"""Who asks for much waits for himself: nobody has a second turn before everybody who waits has had a first."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pages.parts import turns, visitor
from pages.parts.torch_thread import TorchThread
from pages.parts.visitor import Rounds, asked_by

SOON = 10


@pytest.fixture
def of():
    """Calls something as from an address."""

    def called(address, call):
        token = asked_by.set(address)
        try:
            return call()
        finally:
            asked_by.reset(token)

    return called


def test_an_address_has_its_next_place_a_round_later_and_a_new_one_the_next(of):
    rounds = Rounds()
    assert [of("a", rounds.place) for _ in range(3)] == [1, 2, 3]
    assert of("b", rounds.place) == 1
    rounds.serve(2)
    assert of("b", rounds.place) == 3
    assert of("c", rounds.place) == 3
    assert of("a", rounds.place) == 4


def test_addresses_are_forgotten_in_the_order_in_which_they_asked(of, monkeypatch):
    monkeypatch.setattr(visitor, "_MOST_KNOWN", 2)
    rounds = Rounds()
    for address in "abc":
        of(address, rounds.place)
    assert of("c", rounds.place) == 2
    assert of("a", rounds.place) == 1


def test_a_run_of_another_address_goes_before_the_second_of_the_first(of, held_turn):
    order, ended = [], threading.Event()
    with held_turn():
        for number in range(5):
            of("1.2.3.4", lambda number=number: turns.begin(lambda: order.append(f"much {number}")))
        of("5.6.7.8", lambda: turns.begin(lambda: order.append("little")))
        of("1.2.3.4", lambda: turns.begin(ended.set))
    assert ended.wait(SOON)
    while turns.idle_s() == 0:
        time.sleep(0.001)
    assert order == ["much 0", "little", "much 1", "much 2", "much 3", "much 4"]


def test_one_who_asks_torch_for_much_waits_for_himself(of):
    """Twenty calls of one address wait when another's first comes: it goes second."""
    thread = TorchThread()
    began, may_go, order = threading.Event(), threading.Event(), []
    with ThreadPoolExecutor(22) as visitors:

        def ask(who, name):
            of(who, lambda: thread.run(order.append, name))

        first = visitors.submit(thread.run, lambda: began.set() or may_go.wait(SOON))
        assert began.wait(SOON)
        for number in range(20):
            visitors.submit(ask, "1.2.3.4", f"much {number}")
        while thread._tasks.qsize() < 20:
            time.sleep(0.001)
        visitors.submit(ask, "5.6.7.8", "little")
        while thread._tasks.qsize() < 21:
            time.sleep(0.001)
        may_go.set()
        first.result()
    assert order.index("little") <= 1
    assert len(order) == 21
    thread.close()
