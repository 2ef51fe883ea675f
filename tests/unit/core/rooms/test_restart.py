"""PostgreSQL restarts in the middle of a class."""

import time

import pytest
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from core import rooms
from tools import postgres

from .conftest import NOW, POSTGRES, at_once, choice, token

pytestmark = pytest.mark.skipif(not POSTGRES, reason="make test-postgres starts a server of its own for this")


@pytest.fixture(scope="module")
def server():
    with postgres.running(durable=False) as server:
        yield server


@pytest.fixture
def store(server):
    store = rooms.connect(server.url)
    yield store
    store.dispose()


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_after_a_restart_the_next_act_works_on_a_new_connection(server, store, room, student, how):
    rooms.ask(store, room.code, room.secret, choice())
    before = rooms.snapshot(store, room.code)
    server.restart(how)
    assert rooms.snapshot(store, room.code) == before
    rooms.answer(store, room.code, student, 1, "none")


def test_while_it_is_down_every_act_fails_soon_and_by_one_kind_of_error(server, store, room, student):
    rooms.ask(store, room.code, room.secret, choice())
    server.stop()
    began = time.monotonic()
    for act in (
        lambda: rooms.snapshot(store, room.code),
        lambda: rooms.versions(store, [room.code]),
        lambda: rooms.answer(store, room.code, student, 1, "none"),
        lambda: rooms.open_room(store, NOW),
        lambda: rooms.connect(server.url),
    ):
        with pytest.raises(OperationalError):
            act()
    assert time.monotonic() - began < 5
    server.start()
    assert rooms.snapshot(store, room.code).answered == 0


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_no_answer_is_lost_or_doubled_over_a_restart(server, store, room, how):
    """Each browser sends its answer until it is acknowledged, as the page does."""
    class_ = [token() for _ in range(40)]
    for member in class_:
        rooms.join(store, room.code, member, NOW)
    rooms.ask(store, room.code, room.secret, choice())

    def insists(members):
        failed = 0
        for member in members:
            while True:
                try:
                    rooms.answer(store, room.code, member, 1, "none")
                    break
                except SQLAlchemyError:
                    failed += 1
                    time.sleep(0.02)
            time.sleep(0.02)
        return failed

    def restarts():
        time.sleep(0.1)
        server.restart(how)
        return 0

    failed = at_once(*[lambda part=part: insists(class_[part::4]) for part in range(4)], restarts)
    assert sum(failed) > 0, "the restart came too early or too late to try anything"
    assert (rooms.snapshot(store, room.code).answered, rooms.versions(store, [room.code])[room.code][1]) == (40, 40)
