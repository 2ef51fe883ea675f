"""What a class does to whoever does not mean well."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import MISSING, fields

import pytest

from core import rooms
from pages.server.classroom import acts, endpoint, limits, messages
from pages.server.classroom.hub import Seat
from tests.unit.pages.classroom.test_messages import MALFORMED

pytestmark = pytest.mark.anyio
OWN = {"asked": "Which fails first?", "options": ["naive", "shifted"]}
PRESENTERS_ACTS = [
    {"do": "ask", **OWN},
    {"do": "ask", "key": "shift"},
    {"do": "show"},
    {"do": "tell", "right": "naive"},
    {"do": "let", "id": f"{0:020x}", "allowed": True},
    {"do": "follow", "on": True},
    {"do": "view", "page": "softmax", "query": ""},
    {"do": "close"},
]
SQL = "'; DROP TABLE class_rooms; --"
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize("act", PRESENTERS_ACTS, ids=lambda act: act["do"])
async def test_a_student_cannot_act_as_presenter(open_room, browser, here, act):
    async with open_room() as presenter, browser() as student:
        presenter.say("ask", **OWN)
        await presenter.hear("room", stage="asked")
        await student.join(presenter.room)
        before = await here.store(rooms.snapshot, presenter.room)
        refused = await student.ask(**act)
        assert refused == {"kind": "refused", "says": "Only the presenter of this room can do that."}
        assert await here.store(rooms.snapshot, presenter.room) == before


async def test_a_made_up_secret_or_another_room_s_opens_nothing(open_room, browser):
    async with open_room() as presenter, open_room() as other, browser() as forger:
        for secret in ("0" * 32, other.secret):
            refused = await forger.ask("join", room=presenter.room, member=forger.member, secret=secret)
            assert refused == {"kind": "refused", "says": acts.NOT_ITS_PRESENTER}
            assert (await forger.ask("show"))["says"] == acts.NOT_IN_A_ROOM


async def test_torch_computes_nothing_for_who_does_not_present(open_room, browser, monkeypatch):
    monkeypatch.setattr(acts, "_truth", lambda key: pytest.fail(f"computed {key}"))
    monkeypatch.setattr(acts, "_ready", lambda key: pytest.fail(f"computed {key}"))
    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        for act in PRESENTERS_ACTS:
            assert (await student.ask(**act))["kind"] == "refused"


async def test_students_see_nothing_before_its_time(open_room, browser):
    async with open_room() as presenter, browser() as student, browser() as curious:
        await student.join(presenter.room)
        await curious.join(presenter.room)
        presenter.say("ask", **OWN)
        await student.hear("room", stage="asked")
        await student.ask("answer", number=1, given="naive")
        presenter.say("ask", asked="Why?", kind="text")
        await student.hear("room", number=2)
        await student.ask("answer", number=2, given="a thought of my own")
        await presenter.hear("room", number=2, answered=1)
        async with browser() as late:
            heard = [await late.join(presenter.room), *curious.heard_already()]
        assert all(it["counts"] is None and it["texts"] == [] and it["truth"] is None for it in heard)
        assert presenter.secret not in repr(heard)
        assert "a thought of my own" not in repr(heard)


async def test_replayed_answers_are_counted_once(open_room, browser):
    async with open_room() as presenter, browser() as student, browser(student.member) as second:
        await student.join(presenter.room)
        await second.join(presenter.room)
        presenter.say("ask", **OWN)
        await student.hear("room", stage="asked")
        for _ in range(10):
            assert (await student.ask("answer", number=1, given="naive"))["kind"] == "counted"
            assert (await second.ask("answer", number=1, given="naive"))["kind"] == "counted"
        assert (await second.ask("answer", number=1, given="shifted"))["kind"] == "counted"
        presenter.say("tell", right="naive")
        told = await presenter.hear("room", stage="told")
        assert (told["answered"], told["counts"]) == (1, [["naive", 0], ["shifted", 1]])
        assert (await student.ask("answer", number=1, given="naive"))["kind"] == "refused"
        presenter.say("ask", **OWN)
        await student.hear("room", number=2)
        assert (await student.ask("answer", number=1, given="naive"))["kind"] == "refused"
        assert (await presenter.hear("room", number=2))["answered"] == 0


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("choice", "none of them"),
        ("choice", 1),
        ("choice", "naive\u0000"),
        ("scale", "300"),
        ("scale", 0.0999),
        ("scale", 10_001),
        ("scale", 1e308),
        ("scale", -1),
        ("text", "x" * 201),
        ("text", " "),
        ("text", "\ud800"),
        ("text", 5),
    ],
)
async def test_an_answer_that_is_none_is_refused_and_not_counted(open_room, browser, here, kind, given):
    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        presenter.say("ask", **(OWN if kind == "choice" else {"asked": "What?", "kind": kind}))
        await student.hear("room", stage="asked")
        assert (await student.ask("answer", number=1, given=given))["kind"] == "refused"
        assert (await student.ask("answer", number=2, given="naive"))["kind"] == "refused"
        assert (await here.store(rooms.snapshot, presenter.room)).answered == 0


@pytest.mark.parametrize(
    "question",
    [
        {"asked": "x" * 301, "options": ["a", "b"]},
        {"asked": "", "options": ["a", "b"]},
        {"asked": "Which?"},
        {"asked": "Which?", "options": ["a"]},
        {"asked": "Which?", "options": ["a"] * 2},
        {"asked": "Which?", "options": list("abcdefghi")},
        {"asked": "Which?", "options": ["a", "x" * 81]},
        {"asked": "Which?", "kind": "dance"},
        {"asked": "Which?", "kind": "text", "options": ["a", "b"]},
        {"key": "no such question"},
        {},
    ],
    ids=range(11),
)
async def test_a_question_that_is_none_is_refused(open_room, question):
    async with open_room() as presenter:
        assert (await presenter.ask("ask", **question))["kind"] == "refused"


async def test_sql_and_markup_are_text_in_every_field(open_room, browser):
    async with open_room() as presenter, browser() as student:
        for nasty in (SQL, MARKUP):
            assert (await student.ask("join", room=nasty, member=student.member))["kind"] == "refused"
            assert (await presenter.ask("ask", key=nasty))["kind"] == "refused"
            assert (await presenter.ask("view", page=nasty, query=""))["kind"] == "refused"
            assert (await presenter.ask("let", id=nasty, allowed=True))["kind"] == "refused"
            presenter.say("view", page="softmax", query=f"?scale={nasty}&dtype={nasty}")
        assert (await presenter.hear("room", follow={"on": False, "page": "softmax", "query": ""}))["number"] == 0
        await student.join(presenter.room)
        presenter.say("ask", asked=f"{SQL}{MARKUP}", options=[SQL, MARKUP])
        question = (await student.hear("room", number=1))["question"]
        assert (question["asked"], question["options"]) == (f"{SQL}{MARKUP}", [SQL, MARKUP])
        assert (await student.ask("answer", number=1, given=MARKUP))["kind"] == "counted"
        assert (await presenter.ask("tell", right=f"{SQL}?"))["kind"] == "refused"
        presenter.say("ask", asked="Why?", kind="text")
        await student.hear("room", number=2)
        assert (await student.ask("answer", number=2, given=f"{MARKUP}{SQL}"))["kind"] == "counted"
        assert (await presenter.hear("room", number=2, answered=1))["texts"][0]["text"] == f"{MARKUP}{SQL}"


async def test_ten_thousand_guesses_of_a_code_reach_the_store_sixty_times(open_room, browser, here, database):
    """One guesser on a class's own network: nobody who is in the class notices, nobody new comes in for a minute."""
    drawn = random.Random(0)  # noqa: S311 - the same guesses in every run
    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        guesser = Seat("203.0.113.7")
        here.hub.enter(guesser)
        asked, since = database.asked, time.monotonic()
        for _ in range(10_000):
            code = "".join(drawn.choices(rooms.ALPHABET, k=6))
            await acts.perform(here, guesser, messages.Join(code, "f" * 32))
            assert '"refused"' in await guesser.outbox.next()
        assert database.asked - asked <= 60 + 10 * (time.monotonic() - since) + 1
        await acts.perform(here, guesser, messages.Join(presenter.room, "f" * 32))
        assert acts.TOO_MANY_CODES in await guesser.outbox.next()
        here.hub.exit(guesser)
        async with browser(student.member) as again:
            assert (await again.join(presenter.room))["role"] == "student"
        async with browser(presenter.member) as again:
            assert (await again.join(presenter.room, presenter.secret))["role"] == "presenter"
        async with browser(address="192.0.2.1") as elsewhere:
            assert (await elsewhere.join(presenter.room))["role"] == "student"


async def test_a_flooded_room_stays_with_those_who_are_in_it(open_room, browser, here):
    async with open_room() as presenter, browser() as student, browser() as late:
        await student.join(presenter.room)
        flood = [f"{i:032x}" for i in range(rooms.MOST_MEMBERS - 1)]
        await here.store(lambda store: [rooms.join(store, presenter.room, it, time.time()) for it in flood])
        refused = await late.ask("join", room=presenter.room, member=late.member)
        assert refused["says"].startswith(f"Room {presenter.room} is full")
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
        assert (await keen.ask("open", member=keen.member)) == {"kind": "refused", "says": acts.TOO_MANY_ROOMS}


async def test_new_members_of_an_address_are_bounded_and_those_it_has_come_back(open_room, browser, here, monkeypatch):
    monkeypatch.setattr(here.limits.new_members, "_amount", 1)
    monkeypatch.setattr(here.limits.new_members, "_a_second", 1e-9)
    async with open_room() as presenter, browser() as first, browser() as second:
        await first.join(presenter.room)
        refused = await second.ask("join", room=presenter.room, member=second.member)
        assert refused["says"] == acts.TOO_MANY_MEMBERS
        assert (await first.join(presenter.room))["role"] == "student"


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


async def test_beyond_the_bound_and_from_another_site_nobody_gets_in(browser, monkeypatch):
    monkeypatch.setattr(limits, "MOST_SOCKETS", 1)
    async with browser() as first:
        await first.ask("ping")
        async with browser() as second:
            assert await second.end() == 1013
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
    monkeypatch.setattr(limits, "IDLE_S", 0.1)
    async with open_room() as silent:
        assert await silent.end() == 1000
    assert not here.hub.seats


async def test_who_only_talks_and_joins_no_room_is_let_go(browser, monkeypatch):
    monkeypatch.setattr(limits, "JOIN_WITHIN_S", 0.3)
    async with browser() as idle:
        while not idle.task.done():
            idle.say("ping")
            await asyncio.sleep(0.05)
        assert await idle.end() == 1000


async def test_whatever_a_presenter_or_a_student_says_the_class_goes_on(open_room, browser, here):
    """What is done in a room, with every kind of value in every field, mostly of the right type."""
    drawn = random.Random(1)  # noqa: S311 - the same words in every run
    texts = [SQL, MARKUP, "", " ", "\ud800", "\u0000", "\u202e", "x" * 900, "naive", "softmax"]
    anything = [*texts, None, True, 0, -1, 2**31, 10**30, 1e308, float("nan"), [], {}, ["x"] * 9]
    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        presenter.say("ask", **OWN)
        await student.hear("room", stage="asked")
        pools: dict[str, Sequence] = dict.fromkeys(messages._READERS, texts) | {
            "key": [""],
            "number": range(1, 4),
            "given": [*texts, "naive", "naive", 300, 0.1, -1, 1e308],
            "options": [["naive", "shifted"], [SQL, MARKUP], ["", ""], list("abcdefghi"), []],
            "kind": ["choice", "scale", "text", "dance"],
            "allowed": [True, False],
            "on": [True, False],
        }
        for seat in [seat for seat in here.hub.seats if seat.room] * 200:
            do = drawn.choice([*["answer"] * 6, *["ask"] * 2, "show", "tell", "let", "follow", "view"])
            wanted = fields(messages._KINDS[do])
            names = [it.name for it in wanted if drawn.random() < (0.95 if it.default is MISSING else 0.6)]
            said = {name: drawn.choice(pools[name] if drawn.random() < 0.9 else anything) for name in names}
            with suppress(messages.Malformed):
                await acts.perform(here, seat, messages.parse(json.dumps({"do": do, **said})))
        heard = Counter(it["kind"] for it in (*student.heard_already(), *presenter.heard_already()))
        assert heard.keys() == {"room", "counted", "refused"}
        async with browser(presenter.member) as again, browser(student.member) as pupil:
            await again.join(presenter.room, presenter.secret)
            await pupil.join(presenter.room)
            again.say("ask", asked="Still here?", options=["yes", "no"])
            number = (await pupil.hear("room", stage="asked", counts=None))["number"]
            while (await pupil.ask("answer", number=number, given="yes"))["kind"] != "counted":
                number += 1
