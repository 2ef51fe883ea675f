"""Every test of the store runs on SQLite; on PostgreSQL too where TEST_DATABASE_URL names one: `make test-postgres`."""

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from sqlalchemy import delete, insert, update

from core import rooms
from core.rooms import tables

POSTGRES = os.environ.get("TEST_DATABASE_URL")
NOW = 1_000_000.0
_tokens = count(1)


def token():
    """A browser's token, another one each time."""
    return f"{next(_tokens):032x}"


def at_once(*acts):
    """Runs them in as many threads; what each returned, or the exception it raised."""

    def outcome(act):
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - what it was is what is tested
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(outcome, acts))


def choice(asked="Which formula fails first?", options=("naive", "log-sum-exp", "none")):
    return rooms.Question("", asked, "choice", options)


def fill(store, table, rows):
    """Rows straight into a table: quicker than the store's own way, which makes one transaction of each."""
    store.writing(lambda connection: connection.execute(insert(table), rows))


def change(store, **values):
    """Changes the rooms' rows behind the store's back."""
    store.writing(lambda connection: connection.execute(update(tables.rooms).values(**values)))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"] if POSTGRES else ["sqlite"])
def url(request, tmp_path_factory):
    """The address of a database."""
    if request.param == "postgresql":
        return POSTGRES
    return f"sqlite:///{tmp_path_factory.mktemp('class') / 'class.sqlite'}"


@pytest.fixture(scope="session")
def connected(url):
    store = rooms.connect(url)
    yield store
    store.dispose()


@pytest.fixture
def store(connected):
    """A store without a room."""
    connected.writing(lambda connection: connection.execute(delete(tables.rooms)))
    return connected


@pytest.fixture
def room(store):
    """An open room: its code and its secret."""
    return rooms.open_room(store, NOW)


@pytest.fixture
def student(store, room):
    """A browser that is in the room."""
    member = token()
    rooms.join(store, room.code, member, NOW)
    return member
