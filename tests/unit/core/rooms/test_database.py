"""Where rooms live: addresses, tables made by several at once, and what happens when the database is not there."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError

from core import rooms
from core.rooms import database, tables
from tools.serve import free_port

from .conftest import NOW, at_once, choice

ROOT = Path(__file__).parents[4]
SECRET = "hunter2"  # noqa: S105


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "DATABASE_URL is no address of a database; it must look like postgresql://"),
        (f"//{SECRET}@host", "DATABASE_URL is no address of a database; "),
        (f"postgresql://me:{SECRET}@host:port/name", "DATABASE_URL is no address of a database; "),
        (f"mysql://me:{SECRET}@host/name", "DATABASE_URL begins with 'mysql'; it must look like postgresql://"),
        ("sqlite://", "DATABASE_URL begins with 'sqlite'; it must look like"),
        ("sqlite:///:memory:", "DATABASE_URL begins with 'sqlite'; it must look like"),
        (f"postgresql://me:{SECRET}@127.0.0.1/name?nonsense=1", "The database of DATABASE_URL refuses: "),
        (
            "sqlite:////dev/null/folder/file",
            "Rooms cannot be kept in /dev/null/folder/file (Not a directory): set CLASS_",
        ),
        ("sqlite:////proc/file", "Rooms cannot be kept in /proc/file (unable to open database file): set CLASS_FOLDER"),
        (f"sqlite:///{ROOT}", f"Rooms cannot be kept in {ROOT} (unable to open database file): set CLASS_FOLDER"),
        (f"sqlite:///{__file__}", f"Rooms cannot be kept in {__file__} (file is not a database): move it away"),
    ],
)
def test_an_address_that_is_none_gets_a_sentence_without_the_password(url, sentence):
    with pytest.raises(rooms.Misconfigured) as wrong:
        rooms.connect(url)
    assert str(wrong.value).startswith(sentence)
    assert SECRET not in str(wrong.value)
    assert str(wrong.value).endswith(".")
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_psycopg(scheme):
    engine = database._engine(f"{scheme}://me@127.0.0.1/name")
    assert (engine.dialect.name, engine.dialect.driver) == ("postgresql", "psycopg")


def test_without_psycopg_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(rooms.Misconfigured, match=r"pip install -r requirements-postgres\.txt\.$"):
        rooms.connect("postgresql://me@127.0.0.1/name")


def test_a_database_that_is_down_is_an_operational_error_at_once():
    with pytest.raises(OperationalError):
        rooms.connect(f"postgresql://me:{SECRET}@127.0.0.1:{free_port()}/name")


def test_without_an_address_rooms_are_in_the_folder_that_the_environment_names(monkeypatch, tmp_path):
    monkeypatch.setenv("CLASS_FOLDER", str(tmp_path / "a" / "folder"))
    store = rooms.connect(None)
    opened = rooms.open_room(store, NOW)
    store.dispose()
    again = rooms.connect("")
    assert rooms.snapshot(again, opened.code).code == opened.code
    again.dispose()
    assert (tmp_path / "a" / "folder" / "class.sqlite").is_file()
    monkeypatch.delenv("CLASS_FOLDER")
    assert database._engine(None).url.database == str(ROOT / "build" / "class.sqlite")


def test_sqlite_is_in_wal_mode_and_holds_keys_to_their_word(tmp_path):
    store = rooms.connect(f"sqlite:///{tmp_path / 'class.sqlite'}")
    asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    found = store.reading(lambda c: [c.execute(text(f"PRAGMA {name}")).scalar() for name in asked])
    store.dispose()
    assert found == ["wal", 1, 1, 5000]


def test_a_database_that_somebody_else_locks_is_an_error_and_then_works_again(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "_BUSY_S", 0.1)
    store = rooms.connect(f"sqlite:///{tmp_path / 'class.sqlite'}")
    other = sqlite3.connect(tmp_path / "class.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        rooms.open_room(store, NOW)
    assert rooms.versions(store, ["BCDFGH"]) == {}, "readers wait for no writer"
    other.execute("ROLLBACK")
    other.close()
    assert rooms.open_room(store, NOW)
    store.dispose()


def test_servers_that_start_at_once_all_find_the_tables(url, connected, tmp_path):
    if url.startswith("sqlite"):
        url = f"sqlite:///{tmp_path / 'new.sqlite'}"
    else:
        connected.writing(tables.metadata.drop_all)
    stores = at_once(*[lambda: rooms.connect(url)] * 4)
    codes = [rooms.open_room(store, NOW).code for store in stores]
    assert len(rooms.versions(stores[0], codes)) == 4
    for store in stores:
        store.dispose()


def test_tables_of_an_earlier_version_get_the_columns_that_came_later(url, tmp_path):
    if url.startswith("sqlite"):
        url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    store = rooms.connect(url)
    opened = rooms.open_room(store, NOW)
    for table, column in (("class_rooms", "locked"), ("class_rooms", "seen"), ("class_members", "seen")):
        store.writing(lambda c, t=table, n=column: c.execute(text(f"ALTER TABLE {t} DROP COLUMN {n}")))
    store.dispose()
    again, same = at_once(*[lambda: rooms.connect(url)] * 2)
    assert rooms.join(again, opened.code, f"{1:032x}", NOW) == opened.code
    assert rooms.snapshot(same, opened.code).locked is False
    for it in (again, same):
        it.dispose()


def test_an_error_names_no_parameter(store, room):
    with pytest.raises(IntegrityError) as error:
        store.writing(
            lambda c: c.execute(tables.members.insert().values(code=room.code, member="a token that is too short"))
        )
    assert "hidden" in str(error.value).lower()


class _Died(Exception):
    """What a driver raises; sqlstate as psycopg's errors have it."""

    sqlstate = "57P01"


def _failing(times, error):
    calls = []

    def act(connection):
        calls.append(connection)
        if len(calls) <= times:
            raise error
        return len(calls)

    return act, calls


def _broken(*, invalidated=False, state="57P01"):
    died = _Died()
    died.sqlstate = state
    return OperationalError("SELECT 1", {}, died, connection_invalidated=invalidated)


@pytest.mark.parametrize("error", [_broken(invalidated=True), _broken(state="40P01"), _broken(state="40001")])
def test_what_the_database_undid_is_tried_once_more(store, error):
    act, calls = _failing(1, error)
    assert store.writing(act) == 2
    act, calls = _failing(5, error)
    with pytest.raises(OperationalError):
        store.writing(act)
    assert len(calls) == 2


def test_another_error_is_not_tried_again(store):
    act, calls = _failing(1, _broken())
    with pytest.raises(OperationalError):
        store.writing(act)
    assert len(calls) == 1


def test_a_commit_that_fails_is_not_tried_again_for_it_may_have_arrived(store, monkeypatch):
    calls = []

    def commit(_connection):
        raise _broken(invalidated=True)

    monkeypatch.setattr("sqlalchemy.engine.base.Connection.commit", commit)
    with pytest.raises(OperationalError):
        store.writing(calls.append)
    assert len(calls) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE class_rooms SET members = 501",
        "UPDATE class_rooms SET members = -1",
        "UPDATE class_rooms SET number = 101",
        "UPDATE class_rooms SET code = 'short'",
        "UPDATE class_rooms SET secret = 'plain'",
        "UPDATE class_questions SET stage = 'open'",
        "UPDATE class_questions SET kind = 'vote'",
        "UPDATE class_questions SET number = 0",
        "UPDATE class_answers SET times = 0",
        "UPDATE class_answers SET number = 2",
        "UPDATE class_answers SET member = '" + "f" * 64 + "'",
        "UPDATE class_members SET member = 'Jane Doe'",
        "INSERT INTO class_members (code, member) VALUES ('BBBBBB', '" + "0" * 64 + "')",
        "INSERT INTO class_answers (code, number, member, given) SELECT code, number, member, 'b' FROM class_answers",
    ],
)
def test_the_schema_itself_holds_what_must_be_true(store, room, student, statement):
    rooms.ask(store, room.code, room.secret, choice())
    rooms.answer(store, room.code, student, 1, "none")
    before = rooms.snapshot(store, room.code)
    with pytest.raises(IntegrityError):
        store.writing(lambda connection: connection.execute(text(statement)))
    assert rooms.snapshot(store, room.code) == before


@pytest.mark.usefixtures("room")
def test_a_length_is_checked_by_the_schema_too(store):
    with pytest.raises(SQLAlchemyError):
        store.writing(lambda connection: connection.execute(tables.rooms.update().values(query="x" * 201)))


def test_rooms_do_not_wait_for_torch():
    """The first socket after a start did, for the seconds in which torch loads."""
    code = "import sys, pages.server.classroom.endpoint; print('core.rooms' in sys.modules, 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "True False", done.stderr


def test_a_server_that_starts_loads_no_sqlalchemy():
    code = "import sys, app; print(*(m for m in ('sqlalchemy', 'psycopg', 'core.rooms') if m in sys.modules))"
    environment = {**os.environ, "STREAMLIT_LOGGER_LEVEL": "error"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
