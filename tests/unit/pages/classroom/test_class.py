"""A class as it should go: asked, answered, shown, told, followed."""

import subprocess
import sys
import threading
import time

import pytest

from core import rooms
from pages.parts.predictions import ready
from pages.server.classroom import acts, endpoint
from pages.server.classroom.hub import COUNTS_EVERY_S

pytestmark = pytest.mark.anyio
OWN = {"asked": "Which fails first?", "options": ["naive", "shifted"]}


async def test_a_question_is_asked_answered_shown_and_told(open_room, browser):
    async with open_room() as presenter, browser() as student:
        assert (await student.join(presenter.room))["question"] is None
        presenter.say("ask", **OWN)
        asked = await student.hear("room", stage="asked")
        assert asked["question"] == {
            "number": 1,
            "key": "",
            "asked": OWN["asked"],
            "kind": "choice",
            "options": OWN["options"],
            "subject": "",
        }
        assert await student.ask("answer", number=1, given="naive") == {"kind": "counted", "number": 1}
        counted = await presenter.hear("room", answered=1)
        assert (counted["counts"], counted["members"]) == ([["naive", 1], ["shifted", 0]], 1)
        presenter.say("show")
        shown = await student.hear("room", stage="shown")
        assert (shown["counts"], shown["mine"], shown["truth"]) == ([["naive", 1], ["shifted", 0]], "naive", None)
        presenter.say("tell", right="naive")
        assert (await student.hear("room", stage="told"))["truth"] == {"right": "naive", "because": ""}
        assert (await student.ask("answer", number=1, given="shifted"))["kind"] == "refused"


async def test_a_ready_question_s_truth_is_computed_when_it_is_told_and_not_on_the_event_loop(
    open_room, browser, monkeypatch
):
    threads = []
    truth = ready.truth

    def watched(key):
        threads.append(threading.current_thread())
        return truth(key)

    monkeypatch.setattr(ready, "truth", watched)
    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        presenter.say("ask", key="shift")
        question = (await student.hear("room", stage="asked"))["question"]
        assert (question["key"], tuple(question["options"])) == ("shift", ready.posed("shift").options)
        assert not threads
        presenter.say("tell")
        told = (await student.hear("room", stage="told"))["truth"]
        assert told == {"right": truth("shift").right, "because": truth("shift").because}
        assert threads
        assert threading.main_thread() not in threads


async def test_a_scale_is_counted_with_six_digits_and_is_a_number_again_on_the_way_back(open_room, browser):
    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        presenter.say("ask", asked="At which scale?", kind="scale")
        await student.hear("room", stage="asked")
        await student.ask("answer", number=1, given=254.1234567)
        assert (await presenter.hear("room", answered=1))["counts"] == [["254.123", 1]]
        async with browser(student.member) as again:
            assert (await again.join(presenter.room))["mine"] == pytest.approx(254.123, rel=1e-5)


async def test_texts_are_the_presenter_s_until_let_through_and_shown(open_room, browser):
    async with open_room() as presenter, browser() as student, browser() as other:
        await student.join(presenter.room)
        await other.join(presenter.room)
        presenter.say("ask", asked="Why?", kind="text")
        await student.hear("room", stage="asked")
        await student.ask("answer", number=1, given="because exp overflows")
        text = (await presenter.hear("room", answered=1))["texts"][0]
        assert (text["text"], text["allowed"]) == ("because exp overflows", False)
        let = text | {"allowed": True}
        presenter.say("let", id=text["id"], allowed=True)
        await presenter.hear("room", texts=[let])
        async with browser() as late:
            assert (await late.join(presenter.room))["texts"] == []
        presenter.say("show")
        assert (await other.hear("room", stage="shown"))["texts"] == [let]
        presenter.say("let", id=text["id"], allowed=False)
        await other.hear("room", texts=[])


async def test_students_follow_the_presenter_s_view(open_room, browser):
    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        presenter.say("follow", on=True)
        presenter.say("view", page="softmax", query="?scale=300.00001&dtype=float16&junk=1")
        await student.hear("room", follow={"on": True, "page": "softmax", "query": "?scale=300&dtype=float16"})
        assert (await presenter.ask("view", page="nowhere", query=""))["says"] == "There is no such page."


async def test_a_browser_that_comes_back_finds_its_answer(open_room, browser):
    async with open_room() as presenter:
        presenter.say("ask", **OWN)
        await presenter.hear("room", stage="asked")
        async with browser() as student:
            assert (await student.join(presenter.room))["mine"] is None
            await student.ask("answer", number=1, given="shifted")
        async with browser(student.member) as again:
            assert (await again.join(presenter.room.lower()))["mine"] == "shifted"
            presenter.say("ask", **OWN)
            assert (await again.hear("room", number=2))["mine"] is None
        assert (await presenter.hear("room", number=2))["members"] == 1


async def test_the_presenter_comes_back_with_the_secret(open_room, browser):
    async with open_room() as presenter, browser() as projector:
        assert (await projector.join(presenter.room, presenter.secret))["role"] == "presenter"
        projector.say("ask", **OWN)
        await presenter.hear("room", stage="asked")


async def test_a_closed_room_is_over_for_everybody(open_room, browser):
    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        presenter.say("close")
        assert (await student.hear("closed"))["says"] == (await presenter.hear("closed"))["says"]
        assert (await student.ask("answer", number=1, given="naive"))["says"] == acts.NOT_IN_A_ROOM
        assert (await student.ask("join", room=presenter.room, member=student.member))["kind"] == "refused"


async def test_what_a_browser_is_told_it_answered_is_what_was_kept(open_room, browser):
    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        presenter.say("ask", asked="Why?", kind="text")
        await student.hear("room", stage="asked")
        await student.ask("answer", number=1, given="  exp\u202e \n overflows ")
        presenter.say("show")
        assert (await student.hear("room", stage="shown"))["mine"] == "exp overflows"


async def test_into_a_locked_room_only_those_come_who_were_in_it(open_room, browser):
    async with open_room() as presenter, browser() as student, browser() as late:
        assert (await student.join(presenter.room))["locked"] is False
        presenter.say("lock", on=True)
        await student.hear("room", locked=True)
        refused = await late.ask("join", room=presenter.room, member=late.member)
        assert (refused["kind"], refused["final"]) == ("refused", True)
        async with browser(student.member) as again, browser(presenter.member) as projector:
            assert (await again.join(presenter.room))["role"] == "student"
            assert (await projector.join(presenter.room, presenter.secret))["role"] == "presenter"
        presenter.say("lock", on=False)
        await student.hear("room", locked=False)
        await late.join(presenter.room)


async def test_who_leaves_hears_nothing_more(open_room, browser):
    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        student.say("leave")
        await student.ask("ping")
        presenter.say("ask", **OWN)
        await presenter.hear("room", stage="asked")
        await student.ask("ping")
        assert student.heard_already() == []


async def test_replicas_see_each_other_s_rooms(open_room, browser, replica, monkeypatch):
    async with open_room() as presenter:
        other = replica()
        monkeypatch.setattr(endpoint, "shared", lambda: other)
        async with browser() as student:
            await student.join(presenter.room)
            presenter.say("ask", **OWN)
            await student.hear("room", stage="asked")
            await student.ask("answer", number=1, given="naive")
            await presenter.hear("room", answered=1)
            presenter.say("close")
            await student.hear("closed")


async def test_a_hundred_answers_are_a_few_messages_to_each_student(open_room, browser, here):
    """Counts go to students now and then, steps at once."""
    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        presenter.say("ask", **OWN)
        presenter.say("show")
        await student.hear("room", stage="shown")
        begun = time.monotonic()
        for i in range(100):
            await here.store(rooms.join, presenter.room, f"{i:032x}", 0.0)
            await here.store(rooms.answer, presenter.room, f"{i:032x}", 1, "naive")
        heard = 1
        while (await student.hear("room"))["answered"] < 100:
            heard += 1
        assert heard <= 2 + (time.monotonic() - begun) / COUNTS_EVERY_S


def test_nobody_waits_for_sqlalchemy_who_does_not_use_the_class():
    asked = "import sys; from pages.server.routes import routes; routes(); sys.exit('sqlalchemy' in sys.modules)"
    subprocess.run([sys.executable, "-c", asked], check=True)
