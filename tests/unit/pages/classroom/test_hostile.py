"""What a class does to whoever does not mean well."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import MISSING, fields

import pytest

from core import rooms
from pages.server.classroom import acts, messages

pytestmark = pytest.mark.anyio
OWN = {"asked": "Which fails first?", "options": ["naive", "shifted"]}
PRESENTERS_ACTS = [
    {"do": "ask", **OWN},
    {"do": "ask", "key": "shift"},
    {"do": "show"},
    {"do": "tell", "right": "naive"},
    {"do": "let", "id": f"{0:020x}", "allowed": True},
    {"do": "follow", "on": True},
    {"do": "lock", "on": True},
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
        assert refused["says"] == "Only the presenter of this room can do that."
        assert await here.store(rooms.snapshot, presenter.room) == before


async def test_a_made_up_secret_or_another_room_s_opens_nothing(open_room, browser):
    async with open_room() as presenter, open_room() as other, browser() as forger:
        for secret in ("0" * 32, other.secret):
            refused = await forger.ask("join", room=presenter.room, member=forger.member, secret=secret)
            assert refused == {"kind": "refused", "says": acts.NOT_ITS_PRESENTER, "final": True}
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
