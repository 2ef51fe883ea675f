"""Budgets, by a clock of their own."""

import pytest

from core import rooms
from pages.parts.visitor import address_of
from pages.server.classroom.limits import SOCKETS_AN_ADDRESS, Budget, OfAnAddress


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_what_is_spent_comes_back_evenly(clock):
    budget = Budget(60, 60, clock=clock)
    for _ in range(60):
        assert budget.left("a")
        budget.spend("a")
    assert not budget.left("a")
    assert budget.left("b")
    clock.now += 0.9
    assert not budget.left("a")
    clock.now += 0.2
    assert budget.left("a")
    budget.spend("a")
    assert not budget.left("a")


def test_who_comes_when_nothing_is_left_waits_for_longer_than_the_one_before(clock):
    budget = Budget(3, 60, clock=clock)
    waits = []
    for _ in range(6):
        waits.append(budget.wait_s("a"))
        budget.spend("a")
    assert waits == pytest.approx([0, 0, 0, 20, 40, 60], abs=0.01)
    assert budget.wait_s("b") == 0
    clock.now += 80.1
    assert budget.left("a")


def test_ten_thousand_guesses_take_a_quarter_of_an_hour_and_hardly_ever_find_a_room(clock):
    strangers = OfAnAddress().strangers
    strangers._clock = clock
    began = clock.now
    for _ in range(10_000):
        clock.now += strangers.wait_s("a")
        strangers.spend("a")
    assert clock.now - began > 15 * 60
    assert 10_000 * rooms.MOST_ROOMS / len(rooms.ALPHABET) ** rooms.CODE_LETTERS < 0.005


def test_a_class_of_five_hundred_behind_one_router_waits_for_nobody():
    assert SOCKETS_AN_ADDRESS >= rooms.MOST_MEMBERS
    budget = OfAnAddress().strangers
    for _ in range(rooms.MOST_MEMBERS):
        assert not budget.wait_s("a")
        budget.spend("a")


def test_the_wait_ends_when_there_is_something_left(clock):
    budget = Budget(20, 2, clock=clock)
    assert budget.wait_s() == 0
    for _ in range(20):
        budget.spend()
    assert budget.wait_s() == pytest.approx(0.1, abs=0.002)
    clock.now += budget.wait_s()
    assert budget.wait_s() == 0
    assert budget.left()


def test_what_was_spent_for_nothing_is_given_back(clock):
    budget = Budget(1, 3600, clock=clock)
    budget.spend("a")
    budget.give_back("a")
    assert budget.left("a")


def test_no_more_keys_are_remembered_than_fit(clock):
    budget = Budget(1, 60, keys=3, clock=clock)
    for key in "abcd":
        budget.spend(key)
    assert budget.left("a")
    assert not any(budget.left(key) for key in "bcd")
    assert len(budget._spent) == 3


@pytest.mark.parametrize(
    ("host", "whom"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        (None, ""),
    ],
)
def test_a_budget_is_for_an_address_or_the_network_of_a_home(host, whom):
    assert address_of(host) == whom
