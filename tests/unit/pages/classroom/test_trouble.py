"""The database goes and comes back; browsers, tasks and the server end."""

import asyncio
import os
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from core import rooms
from core.failures import DataFileError
from core.rooms import Misconfigured, tables
from pages.server.classroom import acts
from pages.server.classroom import hub as hubs
from pages.server.classroom import store as stores
from pages.server.classroom.acts import Classroom
from pages.server.classroom.hub import CLOSED, LASTING_TROUBLE, TROUBLE, Hub
from pages.server.classroom.store import Down, Store

pytestmark = pytest.mark.anyio
OWN = {"asked": "Which fails first?", "options": ["naive", "shifted"]}


async def test_everybody_hears_of_trouble_and_is_up_to_date_again_after_it(open_room, browser, database, caplog):
    async with open_room() as presenter, browser() as student, browser() as other:
        await student.join(presenter.room)
        await other.join(presenter.room)
        presenter.say("ask", **OWN)
        await student.hear("room", stage="asked")
        database.off = True
        assert await student.ask("answer", number=1, given="naive") == {"kind": "trouble", "says": TROUBLE}
        for one in (presenter, other):
            assert (await one.hear("trouble"))["says"] == TROUBLE
        asked = database.asked
        for one in (student, presenter, other):
            one.say("ping")
            await one.hear("pong")
            assert (await one.ask("join", room=presenter.room, member=one.member))["kind"] == "trouble"
        assert database.asked <= asked + 2, "while it is down only the hub asks"
        database.off = False
        await student.hear("room", stage="asked")
        await other.hear("room", stage="asked")
        assert (await student.ask("answer", number=1, given="naive"))["kind"] == "counted"
        assert (await presenter.hear("room", answered=1))["counts"] == [["naive", 1], ["shifted", 0]]
    outages = [it for it in caplog.records if it.name.startswith("pages.server.classroom")]
    assert [it.getMessage() for it in outages] == ["the class's database failed: ConnectionError"]
    assert outages[0].exc_info is None


async def test_a_database_that_is_not_there_at_first_is_used_when_it_is(browser, database):
    database.off = True
    async with browser() as presenter:
        assert (await presenter.ask("open", member=presenter.member))["says"] == TROUBLE
        database.off = False
        while (await presenter.ask("open", member=presenter.member))["kind"] == "trouble":
            await asyncio.sleep(0.1)
        await presenter.hear("room", role="presenter")


async def test_a_server_that_is_set_up_wrongly_says_so_in_its_log(caplog):
    def connect():
        raise Misconfigured("DATABASE_URL is no address of a database.")

    store = Store(connect)
    with pytest.raises(Down):
        await store(rooms.versions, ())
    assert "DATABASE_URL is no address" in caplog.text


@pytest.mark.skipif(bool(os.environ.get("TEST_DATABASE_URL")), reason="spoils a file")
@pytest.mark.parametrize("content", [b"no database at all" * 5000, None], ids=["damaged", "unwritable"])
async def test_of_what_does_not_pass_by_itself_nobody_hears_that_it_does(
    open_room, browser, database, tmp_path, caplog, content
):
    file = tmp_path / "class.sqlite"
    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        presenter.say("ask", **OWN)
        await student.hear("room", stage="asked")
        database.stores[0].dispose()
        _spoil(file, content)
        said = await student.ask("answer", number=1, given="naive")
        assert said == {"kind": "trouble", "says": LASTING_TROUBLE["student"]}
        assert (await presenter.hear("trouble"))["says"] == LASTING_TROUBLE["presenter"]
        assert (await presenter.ask("open", member=presenter.member))["says"] == LASTING_TROUBLE["presenter"]
        await asyncio.sleep(1)
        _mend(file)
        for one in (student, presenter):  # without a restart
            assert (await one.hear("closed"))["says"] == CLOSED
        assert (await presenter.ask("open", member=presenter.member))["kind"] == "opened"
    (line,) = [it.getMessage() for it in caplog.records if it.name.startswith("pages.server.classroom")]
    assert line.startswith(f"the class's database failed: Rooms cannot be kept in {file} (")


def _spoil(file: Path, content: bytes | None) -> None:
    _mend(file)
    file.write_bytes(content) if content else file.mkdir()


def _mend(file: Path) -> None:
    for one in file.parent.glob("class.sqlite*"):
        one.rmdir() if one.is_dir() else one.unlink()


@pytest.mark.skipif(bool(os.environ.get("TEST_DATABASE_URL")), reason="fills a file")
async def test_a_full_disk_lasts_until_there_is_room(open_room, browser, monkeypatch):
    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        presenter.say("ask", **OWN)
        await student.hear("room", stage="asked")

        def full(*_):
            raise OperationalError("INSERT", {}, _full())

        with monkeypatch.context() as patched:
            patched.setattr(rooms, "answer", full)
            patched.setattr(rooms, "try_to_write", full)
            said = await student.ask("answer", number=1, given="naive")
            assert said["says"] == LASTING_TROUBLE["student"]
            assert (await presenter.hear("trouble"))["says"] == LASTING_TROUBLE["presenter"]
            await asyncio.sleep(1)
            assert not [it for it in student.heard_already() if it["kind"] == "room"], "it is not over yet"
        await student.hear("room", stage="asked")
        assert (await student.ask("answer", number=1, given="naive"))["kind"] == "counted"


def _full() -> Exception:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = "SQLITE_FULL"
    return error


async def test_a_database_that_says_nothing_is_down_too(open_room, browser, monkeypatch):
    silent, asked = threading.Event(), rooms.answer

    def answered_late(*args):
        silent.wait(10)
        asked(*args)

    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        presenter.say("ask", **OWN)
        await student.hear("room", stage="asked")
        monkeypatch.setattr(stores, "PATIENCE_S", 0.5)
        monkeypatch.setattr(rooms, "answer", answered_late)
        assert (await student.ask("answer", number=1, given="naive"))["says"] == TROUBLE
        await presenter.hear("trouble")
        silent.set()
        await presenter.hear("room", answered=1)


async def test_a_failure_of_one_act_does_not_stop_the_others(open_room, browser, monkeypatch):
    from sqlalchemy.exc import DataError

    def fails(*_):
        raise DataError("INSERT", {"given": "private"}, ValueError("private"))

    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        presenter.say("ask", **OWN)
        await student.hear("room", stage="asked")
        with monkeypatch.context() as patched:
            patched.setattr(rooms, "answer", fails)
            assert (await student.ask("answer", number=1, given="naive"))["kind"] == "trouble"
        assert (await student.ask("answer", number=1, given="naive"))["kind"] == "counted"
        assert not [it for it in presenter.heard_already() if it["kind"] == "trouble"]


async def test_a_question_that_needs_a_missing_data_file_is_refused_with_the_sentence(open_room, monkeypatch):
    def without(_key):
        raise DataFileError("The data file is missing.")

    async with open_room() as presenter:
        monkeypatch.setattr(acts, "_ready", without)
        said = await presenter.ask("ask", key="scale")
        assert (said["kind"], said["says"]) == ("refused", "The data file is missing.")
        assert (await presenter.ask("ping"))["kind"] == "pong"


async def test_when_nobody_looks_for_changes_any_more_browsers_are_sent_away_to_come_back(
    open_room, browser, monkeypatch, caplog
):
    async with open_room() as presenter:
        with monkeypatch.context() as patched:
            patched.setattr(hubs, "_read", lambda *_: 1 / 0)
            presenter.say("ask", **OWN)
            assert await presenter.end() == 1011
        assert "ZeroDivisionError" in caplog.text
        async with browser() as student:
            await student.join(presenter.room)


@pytest.mark.parametrize("how", ["gone", "shutdown", "cancelled"])
async def test_nothing_is_left_of_who_has_gone(open_room, browser, here, how):
    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        looking = here.hub._looking
        for one in (student, presenter):
            if how == "cancelled":
                one.task.cancel()
            else:
                one.go(1012 if how == "shutdown" else 1001)
        await asyncio.wait([student.task, presenter.task], timeout=10)
        assert not here.hub.seats
        assert not here.hub.rooms
        await asyncio.wait([looking], timeout=10)
        assert looking.cancelled()


async def test_the_next_one_after_everybody_has_gone_is_served(open_room):
    for _ in range(2):
        async with open_room() as presenter:
            presenter.say("ask", **OWN)
            await presenter.hear("room", stage="asked")


async def test_who_is_here_keeps_the_place(open_room, browser, here, monkeypatch):
    """A member who only looks would make way in a full room, a room that nobody joins anew to another one."""
    async with open_room() as presenter, browser() as student:
        await student.join(presenter.room)
        await here.store(_of_long_ago)
        monkeypatch.setattr(hubs, "TIDY_EVERY_S", 0.0)
        seen = [0.0]
        while not min(seen):
            await asyncio.sleep(0.05)
            seen = await here.store(_seen)
        assert len(seen) == 2


def _of_long_ago(store):
    for table in (tables.rooms, tables.members):
        store.writing(lambda connection, table=table: connection.execute(table.update().values(seen=0)))


def _seen(store):
    """When the room was last in use, and when each of its members was here."""
    asked = select(tables.rooms.c.seen).union_all(select(tables.members.c.seen))
    return store.reading(lambda connection: list(connection.scalars(asked)))


async def test_rooms_whose_time_is_over_are_removed_now_and_then(database, monkeypatch):
    now = 0.0
    store = Store(database.connect)
    classroom = Classroom(store, Hub(store, clock=lambda: now))
    opened = await store(rooms.open_room, -2 * rooms.LIVES_S)
    monkeypatch.setattr(hubs, "TIDY_EVERY_S", 5.0)
    await classroom.hub._look()
    assert await store(rooms.versions, (opened.code,))
    now = 6.0
    await classroom.hub._look()
    assert not await store(rooms.versions, (opened.code,))
