"""The presenter's acts: stages, truth, texts, following."""

import pytest

from core import rooms

from .conftest import NOW, at_once, change, choice, token

TYPED = rooms.Question("", "Why?", "text")
SCALE = rooms.Question("fails-first", "At which scale?", "scale", (), "?dtype=float16")


def seen(store, room):
    return rooms.snapshot(store, room.code)


def test_a_question_goes_from_asked_to_shown_to_told(store, room):
    assert rooms.ask(store, room.code, room.secret, choice()) == 1
    assert (seen(store, room).stage, seen(store, room).question) == ("asked", choice())
    rooms.show_answers(store, room.code, room.secret)
    assert (seen(store, room).stage, seen(store, room).truth) == ("shown", None)
    rooms.tell(store, room.code, room.secret, rooms.Truth("naive", "exp overflows"))
    assert seen(store, room).stage == "told"
    assert seen(store, room).truth == rooms.Truth("naive", "exp overflows")
    assert rooms.ask(store, room.code, room.secret, SCALE) == 2
    assert (seen(store, room).stage, seen(store, room).question, seen(store, room).truth) == ("asked", SCALE, None)


def test_what_was_told_is_not_opened_again(store, room):
    rooms.ask(store, room.code, room.secret, choice())
    rooms.tell(store, room.code, room.secret, rooms.Truth(""))
    rooms.show_answers(store, room.code, room.secret)
    assert seen(store, room).stage == "told"


@pytest.mark.parametrize("act", [rooms.show_answers, lambda s, c, k: rooms.tell(s, c, k, rooms.Truth("x"))])
def test_before_the_first_question_there_is_nothing_to_show(store, room, act):
    with pytest.raises(rooms.Refused, match="Nothing is asked yet"):
        act(store, room.code, room.secret)


def test_the_truth_of_a_choice_is_one_of_its_options(store, room):
    rooms.ask(store, room.code, room.secret, choice())
    with pytest.raises(rooms.Refused, match="must be one of the options"):
        rooms.tell(store, room.code, room.secret, rooms.Truth("all"))
    assert seen(store, room).stage == "asked"


def test_every_change_shows_in_the_version_and_nothing_else_does(store, room, student):
    code, secret = room.code, room.secret
    past = [rooms.versions(store, [code])[code]]
    for act in (
        lambda: rooms.ask(store, code, secret, TYPED),
        lambda: rooms.answer(store, code, student, 1, "because"),
        lambda: rooms.answer(store, code, student, 1, "therefore"),
        lambda: rooms.let_through(store, code, secret, 1, seen(store, room).texts[0].id, True),
        lambda: rooms.show_answers(store, code, secret),
        lambda: rooms.tell(store, code, secret, rooms.Truth("")),
        lambda: rooms.join(store, code, token(), NOW),
        lambda: rooms.follow(store, code, secret, True),
        lambda: rooms.show_view(store, code, secret, "softmax", "?scale=300"),
        lambda: rooms.lock(store, code, secret, True),
        lambda: rooms.lock(store, code, secret, False),
        lambda: rooms.ask(store, code, secret, choice()),
    ):
        act()
        version = rooms.versions(store, [code])[code]
        assert version not in past
        assert seen(store, room).version == version
        past.append(version)
    for act in (
        lambda: rooms.join(store, code, student, NOW),
        lambda: rooms.follow(store, code, secret, True),
        lambda: rooms.show_view(store, code, secret, "softmax", "scale=300.00"),
        lambda: rooms.lock(store, code, secret, False),
        lambda: rooms.still_here(store, {code: [student]}, NOW + 60),
        lambda: rooms.is_presenter(store, code, secret),
    ):
        act()
        assert rooms.versions(store, [code])[code] == past[-1]


def test_a_hundred_questions_are_asked_and_no_more(store, room):
    change(store, number=rooms.MOST_QUESTIONS - 1)
    assert rooms.ask(store, room.code, room.secret, choice()) == rooms.MOST_QUESTIONS
    with pytest.raises(rooms.Refused, match="100 questions were asked"):
        rooms.ask(store, room.code, room.secret, choice())


def test_questions_asked_at_once_get_numbers_of_their_own(store, room):
    numbers = at_once(*[lambda: rooms.ask(store, room.code, room.secret, choice())] * 6)
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]


def test_a_text_is_hidden_until_it_is_let_through_and_may_be_hidden_again(store, room, student):
    rooms.ask(store, room.code, room.secret, TYPED)
    rooms.answer(store, room.code, student, 1, "exp <overflows>")
    (text,) = seen(store, room).texts
    assert (text.text, text.allowed, seen(store, room).counts) == ("exp <overflows>", False, ())
    for allowed in (True, False):
        rooms.let_through(store, room.code, room.secret, 1, text.id, allowed)
        assert seen(store, room).texts[0].allowed is allowed


def test_what_is_let_through_is_what_the_presenter_has_read(store, room, student):
    rooms.ask(store, room.code, room.secret, TYPED)
    rooms.answer(store, room.code, student, 1, "polite")
    (read,) = seen(store, room).texts
    rooms.answer(store, room.code, student, 1, "rude")
    with pytest.raises(rooms.Refused, match="may have changed"):
        rooms.let_through(store, room.code, room.secret, 1, read.id, True)
    rooms.let_through(store, room.code, room.secret, 1, seen(store, room).texts[0].id, True)
    rooms.answer(store, room.code, student, 1, "ruder")
    assert [(text.text, text.allowed) for text in seen(store, room).texts] == [("ruder", False)]


def test_texts_come_in_the_order_they_were_written(store, room):
    rooms.ask(store, room.code, room.secret, TYPED)
    written = [f"text {number}" for number in (3, 1, 2)]
    for text in written:
        member = token()
        rooms.join(store, room.code, member, NOW)
        rooms.answer(store, room.code, member, 1, text)
    assert [text.text for text in seen(store, room).texts] == written


def test_students_follow_to_a_page_and_a_canonical_view(store, room):
    rooms.follow(store, room.code, room.secret, True)
    rooms.show_view(store, room.code, room.secret, "log-quotient", "?scale=300.0000001&junk=<b>&dtype=float16&seed=9")
    assert seen(store, room).follow == rooms.Follow(True, "log-quotient", "?scale=300&dtype=float16")
    rooms.show_view(store, room.code, room.secret, "", "")
    rooms.follow(store, room.code, room.secret, False)
    assert seen(store, room).follow == rooms.Follow(False, "", "")


@pytest.mark.parametrize("page", ["/softmax", "../x", "softmax?x", "a" * 41, "<b>", "\x00", "Softmax", None, 1, "a\n"])
def test_what_is_no_page_is_refused(store, room, page):
    with pytest.raises(rooms.Refused, match="There is no such page"):
        rooms.show_view(store, room.code, room.secret, page, "")


@pytest.mark.parametrize("on", ["yes", 1, None, []])
def test_on_and_allowed_are_on_or_off(store, room, on):
    with pytest.raises(rooms.Refused, match="on or off"):
        rooms.follow(store, room.code, room.secret, on)
    with pytest.raises(rooms.Refused, match="on or off"):
        rooms.let_through(store, room.code, room.secret, 1, "0" * 20, on)
