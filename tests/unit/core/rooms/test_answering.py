"""Answers: counted once, replaced while they are open, closed with the truth."""

import math
import unicodedata
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import rooms

from .conftest import NOW, at_once, choice, token

SCALE = rooms.Question("", "At which scale?", "scale")
TYPED = rooms.Question("", "Why?", "text")


def seen(store, room):
    return rooms.snapshot(store, room.code)


def test_a_later_answer_replaces_the_earlier_one(store, room, student):
    rooms.ask(store, room.code, room.secret, choice())
    for given_, counts in (("naive", (1, 0, 0)), ("none", (0, 0, 1))):
        rooms.answer(store, room.code, student, 1, given_)
        assert (seen(store, room).answered, tuple(many for _, many in seen(store, room).counts)) == (1, counts)
        assert rooms.mine(store, room.code, student) == given_
    rooms.show_answers(store, room.code, room.secret)
    rooms.answer(store, room.code, student, 1, "log-sum-exp")
    assert seen(store, room).counts == (("naive", 0), ("log-sum-exp", 1), ("none", 0))


def test_an_answer_sent_again_changes_nothing(store, room, student):
    rooms.ask(store, room.code, room.secret, choice())
    rooms.answer(store, room.code, student, 1, "none")
    before = seen(store, room)
    assert at_once(*[lambda: rooms.answer(store, room.code, student, 1, "none")] * 8) == ["none"] * 8
    assert seen(store, room) == before


def test_two_answers_of_one_browser_at_once_are_one(store, room, student):
    rooms.ask(store, room.code, room.secret, choice())
    outcomes = at_once(
        *[lambda g=g: rooms.answer(store, room.code, student, 1, g) for g in ("naive", "none", "log-sum-exp")]
    )
    assert outcomes == ["naive", "none", "log-sum-exp"]
    assert seen(store, room).answered == 1
    assert sum(many for _, many in seen(store, room).counts) == 1


def test_a_class_that_answers_at_once_is_counted_to_the_last(store, room):
    class_ = [token() for _ in range(60)]
    for member in class_:
        rooms.join(store, room.code, member, NOW)
    rooms.ask(store, room.code, room.secret, choice())
    answers = {member: choice().options[number % 3] for number, member in enumerate(class_)}
    acts = [lambda m=m, g=g: rooms.answer(store, room.code, m, 1, g) for m, g in answers.items()]
    outcomes = [outcome for start in range(0, 60, 6) for outcome in at_once(*acts[start : start + 6])]
    assert outcomes == list(answers.values())
    assert dict(seen(store, room).counts) == Counter(answers.values())
    assert (seen(store, room).answered, seen(store, room).version[1]) == (60, 60)


def test_once_the_truth_is_told_the_counts_stand_still(store, room):
    """Answers race with the presenter who closes them: each is counted before, or refused."""
    class_ = [token() for _ in range(10)]
    for member in class_:
        rooms.join(store, room.code, member, NOW)
    rooms.ask(store, room.code, room.secret, choice())

    def tells():
        rooms.tell(store, room.code, room.secret, rooms.Truth("none"))
        return seen(store, room).answered

    acts = [lambda m=m: rooms.answer(store, room.code, m, 1, "none") for m in class_]
    *outcomes, at_telling = at_once(*acts[:5], *acts[5:], tells)
    assert {str(o) for o in outcomes if o != "none"} <= {"Answers to this question are closed."}
    assert outcomes.count("none") == at_telling == seen(store, room).answered


@pytest.mark.parametrize("close", ["tell", "ask"])
def test_answers_to_what_is_over_are_refused(store, room, student, close):
    rooms.ask(store, room.code, room.secret, choice())
    if close == "tell":
        rooms.tell(store, room.code, room.secret, rooms.Truth("none"))
    else:
        rooms.ask(store, room.code, room.secret, SCALE)
    with pytest.raises(rooms.Refused, match="Answers to this question are closed"):
        rooms.answer(store, room.code, student, 1, "none")
    assert seen(store, room).answered == 0


@pytest.mark.parametrize("number", [0, 2, 101, -1, 10**400, 1.0, True, "1", None, math.nan, [1]])
def test_a_question_that_was_not_asked_has_no_answers(store, room, student, number):
    rooms.ask(store, room.code, room.secret, choice())
    with pytest.raises(rooms.Refused, match="There is no such question"):
        rooms.answer(store, room.code, student, number, "none")


def test_who_is_not_in_the_room_is_not_counted(store, room, student):
    other = rooms.open_room(store, NOW)
    for opened in (room, other):
        rooms.ask(store, opened.code, opened.secret, choice())
    with pytest.raises(rooms.Refused, match="join it first"):
        rooms.answer(store, room.code, token(), 1, "none")
    with pytest.raises(rooms.Refused, match="join it first"):
        rooms.answer(store, other.code, student, 1, "none")
    assert seen(store, room).answered == seen(store, other).answered == 0


@pytest.mark.parametrize(
    "member", ["", "0" * 31, "0" * 33, "A" * 32, "0" * 32 + "\n", None, 5, [], "' OR 1=1 --", "\ud800"]
)
def test_what_is_no_token_is_refused(store, room, member):
    for act in (
        lambda: rooms.join(store, room.code, member, NOW),
        lambda: rooms.answer(store, room.code, member, 1, "none"),
        lambda: rooms.mine(store, room.code, member),
    ):
        with pytest.raises(rooms.Refused, match="reload the page"):
            act()


@pytest.mark.parametrize(
    "wrong", ["all", "", "Naive", 0, None, ["naive"], {"naive": 1}, True, "naive\x00", "x" * 1_000_000]
)
def test_a_choice_is_one_of_the_options(store, room, student, wrong):
    rooms.ask(store, room.code, room.secret, choice())
    with pytest.raises(rooms.Refused, match="none of the options"):
        rooms.answer(store, room.code, student, 1, wrong)


@pytest.mark.parametrize(
    "wrong", [0.0999, 10_001, 0, -1, math.nan, math.inf, -math.inf, 10**400, True, None, "300", [300], {}]
)
def test_a_scale_is_a_number_within_the_limits(store, room, student, wrong):
    rooms.ask(store, room.code, room.secret, SCALE)
    with pytest.raises(rooms.Refused, match=r"^A scale is a number, 0\.1 to 10,000\.$"):
        rooms.answer(store, room.code, student, 1, wrong)


def test_scales_are_counted_as_a_link_writes_them_and_in_order(store, room, student):
    rooms.ask(store, room.code, room.secret, SCALE)
    assert rooms.answer(store, room.code, student, 1, 300.0000001) == "300"
    for scale in (10_000, 300, 300.0000001, 0.1, 88.7229, 9):
        member = token()
        rooms.join(store, room.code, member, NOW)
        rooms.answer(store, room.code, member, 1, scale)
    assert seen(store, room).counts == (("0.1", 1), ("9", 1), ("88.7229", 1), ("300", 3), ("10000", 1))
    assert seen(store, room).answered == 7


@pytest.mark.parametrize(
    "wrong",
    [
        "x" * 201,
        "x" * 1_000_000,
        "",
        "  \n\t ",
        "\x00",
        "\u200b\u2060",
        "\u3164",
        "\u2800 \u2800",
        "\u115f\u1160\ufe0f",
        5,
        None,
        ["x"],
    ],
)
def test_a_text_is_some_text_of_200_characters(store, room, student, wrong):
    rooms.ask(store, room.code, room.secret, TYPED)
    with pytest.raises(rooms.Refused, match=r"^Your answer "):
        rooms.answer(store, room.code, student, 1, wrong)
    assert seen(store, room).answered == 0


def test_mine_is_nothing_before_an_answer_and_after_the_next_question(store, room, student):
    assert rooms.mine(store, room.code, student) is None
    rooms.ask(store, room.code, room.secret, choice())
    assert rooms.mine(store, room.code, student) is None
    rooms.answer(store, room.code, student, 1, "none")
    rooms.ask(store, room.code, room.secret, choice())
    assert rooms.mine(store, room.code, student) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(written=st.text(min_size=1, max_size=210))
def test_a_text_comes_back_as_it_was_written_but_for_what_nobody_sees(store, written):
    room, member = rooms.open_room(store, NOW), token()
    rooms.join(store, room.code, member, NOW)
    rooms.ask(store, room.code, room.secret, TYPED)
    try:
        rooms.answer(store, room.code, member, 1, written)
    except rooms.Refused:
        fillers = "FILLER", "BRAILLE PATTERN BLANK", "VARIATION SELECTOR", "JOINER", "INHERENT"
        assert len(written) > 200 or not any(
            c.isprintable() and c != " " and not any(it in unicodedata.name(c, "") for it in fillers) for c in written
        )
        assert seen(store, room).answered == 0
        return
    kept = rooms.mine(store, room.code, member)
    assert [text.text for text in seen(store, room).texts] == [kept]
    assert not set(kept) & set("\x00\n\r\t\x1b\x85\u2028\u202e")
    visible = [c for c in written if c.isprintable() and c != " "]
    assert [c for c in kept if c.isprintable() and c != " "] == visible
