"""Opening a room, coming in, closing it."""

import re

import pytest
from sqlalchemy import select

from core import rooms
from core.rooms import tables

from .conftest import NOW, at_once, change, choice, fill, token


def members(store, code):
    return rooms.snapshot(store, code).members


def rows(store):
    """How many rows each table holds."""
    return store.reading(
        lambda connection: {
            name: len(connection.execute(select(table)).all()) for name, table in tables.metadata.tables.items()
        }
    )


def a_house(many):
    """Rows of that many rooms, opened now."""
    return [{"code": f"{n:06}", "secret": "0" * 64, "expires": NOW + rooms.LIVES_S, "seen": NOW} for n in range(many)]


def test_a_room_has_a_code_without_lookalikes_and_a_secret_of_128_bits(room):
    assert len(set(rooms.ALPHABET)) == 28
    assert not set(rooms.ALPHABET) & set("01OILAEU")
    assert re.fullmatch(f"[{rooms.ALPHABET}]{{6}}", room.code)
    assert re.fullmatch("[0-9a-f]{32}", room.secret)


def test_a_new_room_is_empty_and_lives_a_day(store, room):
    found = rooms.snapshot(store, room.code)
    assert (found.members, found.number, found.question, found.stage, found.answered) == (0, 0, None, None, 0)
    assert found.follow == rooms.Follow(False, "", "")
    assert found.expires == NOW + 24 * 3600


def test_only_hashes_are_kept(store, room, student):
    rooms.ask(store, room.code, room.secret, choice())
    rooms.answer(store, room.code, student, 1, "none")
    kept = store.reading(
        lambda connection: [repr(connection.execute(select(table)).all()) for table in tables.metadata.tables.values()]
    )
    assert student not in "".join(kept)
    assert room.secret not in "".join(kept)


def test_joining_again_counts_nobody_twice(store, room):
    member = token()
    version = rooms.versions(store, [room.code])
    assert rooms.join(store, room.code, member, NOW) == room.code
    assert rooms.versions(store, [room.code]) != version
    version = rooms.versions(store, [room.code])
    assert rooms.join(store, f" {room.code.lower()} ", member, NOW) == room.code
    assert members(store, room.code) == 1
    assert rooms.versions(store, [room.code]) == version


def test_one_browser_that_joins_ten_times_at_once_is_one_member(store, room):
    member = token()
    assert at_once(*[lambda: rooms.join(store, room.code, member, NOW)] * 10) == [room.code] * 10
    assert members(store, room.code) == 1


def test_of_the_500th_and_the_501st_at_once_one_comes_in(store, room):
    others = [{"code": room.code, "member": f"{number:064x}", "seen": NOW} for number in range(rooms.MOST_MEMBERS - 1)]
    fill(store, tables.members, others)
    change(store, members=len(others))
    first, second = token(), token()
    outcomes = at_once(*[lambda m=m: rooms.join(store, room.code, m, NOW) for m in (first, second)])
    assert set(map(str, outcomes)) == {room.code, f"Room {room.code} is full: 500 are in it."}
    assert members(store, room.code) == 500
    inside = (first, second)[outcomes.index(room.code)]
    assert rooms.join(store, room.code, inside, NOW) == room.code, "who is in may come back to a full room"


def test_of_room_200_and_201_at_once_one_opens(store):
    fill(store, tables.rooms, a_house(rooms.MOST_ROOMS - 1))
    outcomes = at_once(*[lambda: rooms.open_room(store, NOW)] * 4)
    assert sum(isinstance(outcome, rooms.Opened) for outcome in outcomes) == 1
    assert {str(o) for o in outcomes if isinstance(o, rooms.Refused)} == {
        "200 rooms are open, and more do not fit: try again later."
    }
    assert rows(store)["class_rooms"] == 200


def test_rooms_that_are_over_make_way(store):
    fill(store, tables.rooms, a_house(rooms.MOST_ROOMS))
    with pytest.raises(rooms.Refused, match="200 rooms are open"):
        rooms.open_room(store, NOW + rooms.DESERTED_S - 1)
    opened = rooms.open_room(store, NOW + rooms.LIVES_S)
    assert rows(store)["class_rooms"] == 1
    assert rooms.is_presenter(store, opened.code, opened.secret)


def test_where_no_room_fits_one_that_nobody_has_been_in_for_an_hour_makes_way(store, room):
    rooms.ask(store, room.code, room.secret, choice())
    fill(store, tables.rooms, a_house(rooms.MOST_ROOMS - 1))
    later = NOW + rooms.DESERTED_S
    rooms.still_here(store, {"000007": []}, later - 1)
    for _ in range(rooms.MOST_ROOMS - 2):
        rooms.open_room(store, later)
    assert {"000007", room.code} <= rooms.versions(store, ["000007", room.code]).keys()
    assert rows(store)["class_rooms"] == rooms.MOST_ROOMS
    rooms.open_room(store, later)
    assert not rooms.versions(store, [room.code]), "of those nobody is in, the last to go is the one with a question"
    with pytest.raises(rooms.Refused, match="200 rooms are open"):
        rooms.open_room(store, later)
    assert rooms.versions(store, ["000007"])


def test_members_who_left_without_an_answer_make_way_in_a_full_room(store, room, student):
    """500 made-up browsers that come and go kept a room full for a day."""
    rooms.ask(store, room.code, room.secret, choice())
    rooms.answer(store, room.code, student, 1, "none")
    stays = token()
    rooms.join(store, room.code, stays, NOW)
    made_up = [{"code": room.code, "member": f"{n:064x}", "seen": NOW} for n in range(rooms.MOST_MEMBERS - 2)]
    fill(store, tables.members, made_up)
    change(store, members=rooms.MOST_MEMBERS)
    later = NOW + rooms.AWAY_S
    with pytest.raises(rooms.Refused, match="is full") as full:
        rooms.join(store, room.code, token(), later - 1)
    assert full.value.wait_s
    rooms.still_here(store, {room.code: [stays]}, later - 1)
    rooms.join(store, room.code, token(), later)
    assert members(store, room.code) == 3, "who answered, who is here, who came"
    assert [rooms.is_member(store, room.code, it) for it in (student, stays, token())] == [True, True, False]
    assert rooms.snapshot(store, room.code).answered == 1


def test_who_comes_back_is_here_again(store, room, student):
    made_up = [{"code": room.code, "member": f"{n:064x}", "seen": NOW} for n in range(rooms.MOST_MEMBERS - 1)]
    fill(store, tables.members, made_up)
    change(store, members=rooms.MOST_MEMBERS)
    rooms.join(store, room.code, student, NOW + rooms.AWAY_S - 1)
    rooms.join(store, room.code, token(), NOW + rooms.AWAY_S)
    assert rooms.is_member(store, room.code, student)


def test_into_a_locked_room_come_those_who_were_in_it(store, room, student):
    rooms.lock(store, room.code, room.secret, True)
    assert rooms.snapshot(store, room.code).locked
    with pytest.raises(rooms.Refused, match="locked") as locked:
        rooms.join(store, room.code, token(), NOW)
    assert locked.value.wait_s is None
    for when in (NOW, NOW + rooms.AWAY_S):
        assert rooms.join(store, room.code, student, when) == room.code
    rooms.lock(store, room.code, room.secret, False)
    rooms.join(store, room.code, token(), NOW)
    assert members(store, room.code) == 2


@pytest.mark.parametrize("secret", ["", "0" * 32])
def test_a_made_up_presenter_locks_nothing(store, room, secret):
    with pytest.raises(rooms.Refused, match="Only the presenter"):
        rooms.lock(store, room.code, secret, True)
    assert not rooms.snapshot(store, room.code).locked


def test_nobody_comes_in_after_a_day_not_even_again(store, room, student):
    last = NOW + rooms.LIVES_S - 1
    assert rooms.join(store, room.code, student, last) == room.code
    for member in (student, token()):
        with pytest.raises(rooms.Refused, match=f"There is no room {room.code}: "):
            rooms.join(store, room.code, member, last + 1)


def test_tidying_takes_along_what_is_over_and_nothing_else(store, room, student):
    rooms.ask(store, room.code, room.secret, choice())
    rooms.answer(store, room.code, student, 1, "none")
    later = rooms.open_room(store, NOW + 1)
    assert rooms.tidy(store, NOW + rooms.LIVES_S - 0.5) == 0
    assert rooms.tidy(store, NOW + rooms.LIVES_S) == 1
    assert rows(store) == {"class_rooms": 1, "class_members": 0, "class_questions": 0, "class_answers": 0}
    assert rooms.snapshot(store, later.code).code == later.code


def test_tidying_and_closing_at_once_agree(store, room):
    later = NOW + rooms.LIVES_S
    outcomes = at_once(*[lambda: rooms.tidy(store, later)] * 4, lambda: rooms.close(store, room.code, room.secret))
    assert not [o for o in outcomes if isinstance(o, Exception) and not isinstance(o, rooms.Refused)]
    assert rows(store)["class_rooms"] == 0


def test_closing_leaves_nothing(store, room, student):
    rooms.ask(store, room.code, room.secret, choice())
    rooms.answer(store, room.code, student, 1, "none")
    rooms.close(store, room.code, room.secret)
    assert set(rows(store).values()) == {0}
    assert rooms.versions(store, [room.code]) == {}
    for act in (
        lambda: rooms.snapshot(store, room.code),
        lambda: rooms.join(store, room.code, student, NOW),
        lambda: rooms.answer(store, room.code, student, 1, "none"),
        lambda: rooms.close(store, room.code, room.secret),
    ):
        with pytest.raises(rooms.Refused):
            act()


def test_a_class_that_answers_while_the_room_closes_meets_no_error(store, room):
    class_ = [token() for _ in range(12)]
    for member in class_:
        rooms.join(store, room.code, member, NOW)
    rooms.ask(store, room.code, room.secret, choice())
    acts = [lambda m=m: rooms.answer(store, room.code, m, 1, "none") for m in class_]
    acts.insert(6, lambda: rooms.close(store, room.code, room.secret))
    acts.append(lambda: rooms.join(store, room.code, token(), NOW))
    outcomes = at_once(*acts)
    assert not [o for o in outcomes if isinstance(o, Exception) and not isinstance(o, rooms.Refused)]
    assert set(rows(store).values()) == {0}


@pytest.mark.parametrize("wrong", ["", "0" * 32, "g" * 32, "é" * 32, None, 7, "x" * 1_000_000, "\x00" * 32])
def test_who_has_not_the_secret_is_not_the_presenter(store, room, wrong):
    assert rooms.is_presenter(store, room.code, room.secret)
    assert not rooms.is_presenter(store, room.code, wrong)
    assert not rooms.is_presenter(store, rooms.open_room(store, NOW).code, room.secret)


@pytest.mark.parametrize(
    "act",
    [
        lambda s, c, k: rooms.ask(s, c, k, choice()),
        rooms.show_answers,
        lambda s, c, k: rooms.tell(s, c, k, rooms.Truth("none")),
        lambda s, c, k: rooms.let_through(s, c, k, 1, "0" * 20, True),
        lambda s, c, k: rooms.follow(s, c, k, True),
        lambda s, c, k: rooms.show_view(s, c, k, "softmax", ""),
        rooms.close,
    ],
)
@pytest.mark.parametrize("secret", ["", "0" * 32, "' OR 1=1 --", None])
def test_a_forged_presenter_changes_nothing(store, room, act, secret):
    rooms.ask(store, room.code, room.secret, choice())
    before = rooms.snapshot(store, room.code)
    with pytest.raises(rooms.Refused, match=r"^Only the presenter of this room can do that\.$"):
        act(store, room.code, secret)
    assert rooms.snapshot(store, room.code) == before
