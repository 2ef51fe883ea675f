"""Every test of the store runs on SQLite, and on PostgreSQL where TEST_DATABASE_URL names one (`make test-postgres`)."""

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from sqlalchemy import delete

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


@pytest.fixture(params=["sqlite", "postgresql"] if POSTGRES else ["sqlite"])
def url(request, tmp_path):
    """The address of an empty database."""
    return POSTGRES if request.param == "postgresql" else f"sqlite:///{tmp_path / 'class.sqlite'}"


@pytest.fixture
def store(url):
    store = rooms.connect(url)
    store.writing(lambda connection: connection.execute(delete(tables.rooms)))
    yield store
    store.dispose()


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
