"""Who floods, talks nonsense, does not read or never goes: what is bounded, and who goes on undisturbed."""

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from core import rooms
from pages.server.classroom import acts, endpoint, limits
from tests.unit.pages.classroom.test_messages import MALFORMED

pytestmark = pytest.mark.anyio
OWN = {"asked": "Which fails first?", "options": ["naive", "shifted"]}


async def test_a_flooded_room_stays_with_those_who_are_in_it(open_room, browser, here):
    async with open_room() as presenter, browser() as student, browser() as late:
        await student.join(presenter.room)
        flood = [f"{i:032x}" for i in range(rooms.MOST_MEMBERS - 1)]
        await here.store(lambda store: [rooms.join(store, presenter.room, it, time.time()) for it in flood])
        refused = await late.ask("join", room=presenter.room, member=late.member)
        assert refused["says"].startswith(f"Room {presenter.room} is full")
        assert (refused["final"], refused["wait_s"]) == (False, 10.0)
        presenter.say("ask", **OWN)
        await student.hear("room", stage="asked")
        assert (await student.ask("answer", number=1, given="naive"))["kind"] == "counted"
        assert (await presenter.hear("room", answered=1))["members"] == rooms.MOST_MEMBERS


async def test_an_address_opens_ten_rooms_an_hour_and_a_failure_is_none_of_them(browser, database):
    async with browser() as keen:
        database.off = True
        assert (await keen.ask("open", member=keen.member))["kind"] == "trouble"
        database.off = False
        for _ in range(10):
            while (await keen.ask("open", member=keen.member))["kind"] != "opened":
                await asyncio.sleep(0.2)
        refused = await keen.ask("open", member=keen.member)
        assert (refused["says"], refused["final"]) == (acts.TOO_MANY_ROOMS, False)


@pytest.mark.parametrize("text", MALFORMED[::8], ids=range(0, len(MALFORMED), 8))
async def test_the_fifth_malformed_message_ends_the_socket(browser, text):
    async with browser() as one:
        for _ in range(limits.MALFORMED_MESSAGES - 1):
            one.say_text(text)
            await one.hear("refused")
        await one.ask("ping")
        one.say_bytes(b"\x00\xff")
        await one.hear("refused")
        assert await one.end() == 1008


async def test_who_floods_waits_for_himself(browser, monkeypatch):
    monkeypatch.setattr(limits, "AT_ONCE", 5)
    monkeypatch.setattr(limits, "MESSAGES_A_SECOND", 100)
    async with browser() as flood, browser() as other:
        begun = time.monotonic()
        for _ in range(35):
            flood.say("ping")
        await other.ask("ping")
        assert time.monotonic() - begun < 0.25
        for _ in range(35):
            await flood.hear("pong")
        assert time.monotonic() - begun >= 0.29


async def test_one_browser_holds_five_sockets_and_a_dead_one_makes_place(open_room, browser, here):
    async with (
        open_room() as presenter,
        browser() as first,
        browser(first.member) as b,
        browser(first.member) as c,
        browser(first.member) as d,
        browser(first.member) as e,
    ):
        for one in (first, b, c, d, e):
            await one.join(presenter.room)
        async with browser(first.member) as sixth:
            sixth.say("join", room=presenter.room, member=first.member)
            assert await sixth.end() == 1013
        seat = next(it for it in here.hub.seats if it.member == first.member)
        seat.heard_at -= limits.QUIET_S
        async with browser(first.member) as seventh:
            await seventh.join(presenter.room)
        assert await first.end() == 1013


async def test_one_address_leaves_sockets_to_others_and_who_is_in_no_room_makes_place(
    open_room, browser, here, monkeypatch
):
    monkeypatch.setattr(limits, "SOCKETS_AN_ADDRESS", 3)
    monkeypatch.setattr(limits, "MOST_SOCKETS", 5)
    async with open_room() as presenter, browser() as student, browser() as idle, browser() as other:
        await student.join(presenter.room)
        for one in (idle, other):
            await one.ask("ping")
        async with browser() as late:  # the fourth from there
            await late.join(presenter.room)
            assert await idle.end() == 1013
            await other.join(presenter.room)
            async with browser() as refused:
                assert await refused.end() == 1013
            async with browser(address="192.0.2.1") as elsewhere:
                await elsewhere.ask("ping")
                async with browser(address="192.0.2.2") as sixth:
                    await sixth.join(presenter.room)
                    assert await elsewhere.end() == 1013
                    async with browser(address="192.0.2.3") as seventh:
                        assert await seventh.end() == 1013
            assert len(here.hub.seats) <= 5


async def test_many_sockets_that_come_at_once_are_let_go_one_for_one(browser, here, monkeypatch):
    monkeypatch.setattr(limits, "SOCKETS_AN_ADDRESS", 3)
    async with AsyncExitStack() as stack:
        many = [await stack.enter_async_context(browser()) for _ in range(9)]
        for one in many[:6]:
            assert await one.end() == 1013
        for one in many[6:]:
            await one.ask("ping")
        assert len(here.hub.seats) == 3


async def test_from_another_site_nobody_gets_in(browser):
    for origin in ("https://elsewhere.test", "null", "http://[", "http://here.test:1@elsewhere.test"):
        async with browser(origin=origin, host="here.test") as foreign:
            assert await foreign.end() == 1008
    async with browser(origin="https://here.test", host="here.test") as own:
        assert await own.ask("ping") == {"kind": "pong"}
    assert not endpoint.shared().hub.seats


async def test_a_browser_that_does_not_read_misses_steps_and_is_let_go_in_the_end(
    open_room, browser, here, monkeypatch
):
    async with open_room() as presenter, browser() as slow:
        await slow.join(presenter.room)
        slow.reads.clear()
        for number in range(1, 8):
            presenter.say("ask", **OWN)
            await presenter.hear("room", number=number)
        slow.reads.set()
        await slow.hear("room", number=7)
        await slow.ask("ping")
        assert len(slow.heard_already()) == 0
        monkeypatch.setattr(limits, "SLOW_S", 0.05)
        slow.reads.clear()
        presenter.say("show")
        await slow.end()
        assert len(here.hub.seats) == 1


async def test_silence_ends_a_socket(open_room, here, monkeypatch):
    async with open_room() as silent:
        monkeypatch.setattr(limits, "IDLE_S", 0.1)
        await silent.ask("ping")
        assert await silent.end() == 1000
    assert not here.hub.seats
