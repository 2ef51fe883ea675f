"""Who guesses codes on a class's own network: how little they learn, and that nobody is kept out on their account."""

import json
import random
import time
from collections import Counter
from contextlib import AsyncExitStack

import pytest
from anyio import create_task_group

from core import rooms
from pages.server.classroom import acts, endpoint, limits, messages
from pages.server.classroom.hub import Seat

pytestmark = pytest.mark.anyio


async def test_few_guesses_of_a_code_are_answered_and_nobody_else_notices(open_room, browser, here, monkeypatch):
    """On the class's own network, by twenty sockets at a time. It kept everybody new from coming in."""
    monkeypatch.setattr(here.limits.strangers, "_amount", 60)
    drawn = random.Random(0)  # noqa: S311 - the same guesses in every run
    said = Counter()

    async def guess():
        for _ in range(20):
            guesser = Seat("203.0.113.7")
            here.hub.enter(guesser)
            for _ in range(limits.WRONG_CODES):
                code = "".join(drawn.choices(rooms.ALPHABET, k=6))
                await acts.perform(here, guesser, messages.Join(code, "f" * 32))
                said[json.loads(await guesser.outbox.next())["says"].replace(code, "")] += 1
            here.hub.exit(guesser)

    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        since = time.monotonic()
        with monkeypatch.context() as patched:
            patched.setattr(limits, "LONGEST_TURN_S", 0.01)
            async with create_task_group() as guessers:
                for _ in range(20):
                    guessers.start_soon(guess)
        unanswered = said.pop(acts.TOO_MANY_STRANGERS)
        assert unanswered + said.total() == 2_000
        assert said.total() <= 60 + 10 * (time.monotonic() - since) + 1
        async with browser(student.member) as again, browser(presenter.member) as projector, browser() as late:
            assert (await again.join(presenter.room))["role"] == "student"
            assert (await projector.join(presenter.room, presenter.secret))["role"] == "presenter"
            assert (await late.join(presenter.room))["role"] == "student"


async def test_a_class_comes_back_at_once_to_a_server_that_has_just_started_and_is_flooded(
    open_room, browser, replica, monkeypatch
):
    class_ = [f"{n:032x}" for n in range(200)]
    async with open_room() as presenter:
        restarted = replica()
        for member in class_:
            await restarted.store(rooms.join, presenter.room, member, time.time())
        for _ in range(10_000):
            restarted.limits.strangers.spend("203.0.113.7")
        monkeypatch.setattr(endpoint, "shared", lambda: restarted)
        since = time.monotonic()
        async with AsyncExitStack() as stack:
            back = [await stack.enter_async_context(browser(member)) for member in class_]
            for one in back:
                one.say("join", room=presenter.room, member=one.member)
            for one in back:
                await one.hear("room")
            assert time.monotonic() - since < 2


async def test_a_newcomer_waits_behind_those_who_guess_and_hears_when_that_takes_too_long(
    open_room, browser, here, monkeypatch
):
    budget = here.limits.strangers
    async with open_room() as presenter, browser() as late, browser() as later:
        for _ in range(603):
            budget.spend("203.0.113.7")
        since = time.monotonic()
        await late.join(presenter.room)
        assert 0.2 < time.monotonic() - since < 2
        monkeypatch.setattr(limits, "LONGEST_TURN_S", 0.05)
        for _ in range(10):
            budget.spend("203.0.113.7")
        refused = await later.ask("join", room=presenter.room, member=later.member)
        assert refused == {
            "kind": "refused",
            "says": acts.TOO_MANY_STRANGERS,
            "final": False,
            "wait_s": acts.TRY_AGAIN_S,
        }
        async with browser(address="192.0.2.1") as elsewhere:
            await elsewhere.join(presenter.room)


async def test_the_fifth_wrong_code_ends_a_socket(open_room, browser):
    async with open_room() as presenter, browser() as guesser, browser() as student:
        for _ in range(limits.WRONG_CODES):
            refused = await guesser.ask("join", room="BCDFGH", member=guesser.member)
            assert (refused["says"][:20], refused["final"]) == ("There is no room BCD", True)
        assert await guesser.end() == 1008
        await student.join(presenter.room)
