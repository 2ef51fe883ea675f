"""What passes by itself and what does not: every way in which a database can fail, made on purpose."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError, SQLAlchemyError

from core import rooms
from core.rooms import database

from .conftest import NOW


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "class.sqlite"


@pytest.fixture
def store(file):
    made = rooms.connect(f"sqlite:///{file}")
    yield made
    made.dispose()


def overwritten(file: Path) -> None:
    file.write_bytes(b"no database at all" * 1000)


def damaged(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096:] = b"\x00\xff" * ((len(content) - 4096) // 2)
    file.write_bytes(content)


def emptied(file: Path) -> None:
    other = sqlite3.connect(file)
    for table in ("class_answers", "class_questions", "class_members", "class_rooms"):
        other.execute(f"DROP TABLE {table}")
    other.commit()
    other.close()


def a_folder_in_its_place(file: Path) -> None:
    file.unlink()
    file.mkdir()


def failure(store: rooms.Rooms) -> SQLAlchemyError:
    with pytest.raises(SQLAlchemyError) as failed:
        rooms.open_room(store, NOW)
    return failed.value


@pytest.mark.parametrize("happens", [overwritten, damaged, emptied, a_folder_in_its_place])
def test_a_file_that_is_spoilt_lasts_and_the_sentence_names_it_and_the_remedy(store, file, happens):
    store.writing(lambda connection: connection.exec_driver_sql("PRAGMA user_version = 1"))
    store.dispose()
    happens(file)
    why = rooms.lasting(failure(store), store)
    assert why.startswith(f"Rooms cannot be kept in {file} (")
    assert ": move it away" in why or ": set CLASS_FOLDER" in why


@pytest.mark.parametrize(
    ("pragma", "remedy"), [("query_only = ON", "set CLASS_FOLDER"), ("max_page_count = 1", "make room on its disk")]
)
def test_a_file_that_takes_no_write_lasts(store, pragma, remedy):
    event.listen(store.engine, "connect", lambda raw, _: raw.execute(f"PRAGMA {pragma}"))
    store.dispose()
    with pytest.raises(SQLAlchemyError) as failed:
        _fill(store)
    assert remedy in rooms.lasting(failed.value, store)


def _fill(store: rooms.Rooms) -> None:
    """Until the pages that there are have no space left."""
    for _ in range(200):
        rooms.open_room(store, NOW)


@pytest.mark.parametrize("spoilt", [overwritten, a_folder_in_its_place])
def test_a_server_that_starts_with_it_says_the_same(file, spoilt):
    file.touch()
    spoilt(file)
    with pytest.raises(rooms.Misconfigured) as wrong:
        rooms.connect(f"sqlite:///{file}")
    assert rooms.lasting(wrong.value) == str(wrong.value)
    assert str(file) in str(wrong.value)


@pytest.mark.usefixtures("store")
def test_a_lock_passes_by_itself(file, monkeypatch):
    monkeypatch.setattr(database, "_BUSY_S", 0)
    impatient = rooms.connect(f"sqlite:///{file}")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert rooms.lasting(failure(impatient), impatient) is None
    other.rollback()
    other.close()
    rooms.open_room(impatient, NOW)
    impatient.dispose()


class Refusal(Exception):
    """As psycopg raises them."""

    def __init__(self, sqlstate: str | None = None) -> None:
        super().__init__("what PostgreSQL says\nLINE 1: and where")
        self.sqlstate = sqlstate


@pytest.mark.parametrize("state", ["25006", "53100", "58030", "XX001", "28P01", "3D000"])
def test_a_postgresql_that_cannot_be_written_lasts(state):
    for kind in (OperationalError, ProgrammingError):
        assert rooms.lasting(kind("INSERT", {}, Refusal(state))) == (
            "The database of DATABASE_URL refuses: what PostgreSQL says."
        )


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT", {}, Refusal()),  # gone: what psycopg says of it has no state
        OperationalError("SELECT", {}, Refusal("57P01")),  # told to shut down
        OperationalError("SELECT", {}, Refusal("53300")),  # too many connections
        DataError("INSERT", {}, ValueError()),
        IntegrityError("INSERT", {}, ValueError()),
        TimeoutError(),
        OSError(),
    ],
)
def test_what_passes_or_is_of_one_act_alone_does_not_last(error):
    assert rooms.lasting(error) is None


def test_to_try_is_to_write_and_leaves_nothing(store):
    rooms.try_to_write(store, NOW)
    rooms.try_to_write(store, NOW)
    assert store.reading(lambda connection: connection.scalar(text("SELECT count(*) FROM class_rooms"))) == 0
    event.listen(store.engine, "connect", lambda raw, _: raw.execute("PRAGMA query_only = ON"))
    store.dispose()
    with pytest.raises(SQLAlchemyError):
        rooms.try_to_write(store, NOW)
