"""Hostile text in every field that takes any: kept as text, or refused with a short sentence; nothing breaks."""

import random

import pytest
from sqlalchemy import inspect

from core import rooms
from core.rooms import tables

from .conftest import NOW, choice, token

HARMLESS_ONCE_KEPT = [
    "'; DROP TABLE class_rooms; --",
    "' OR '1'='1",
    '"; DELETE FROM class_answers; --',
    "%s %(code)s :code ? {0} {code}",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "](javascript:alert(1)) **bold** $x$",
    "\\' \\\\ \\x00",
    "null",
    '["a"]',
    "ﷺ 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 नमस्ते 👩‍👩‍👧 e\u0301",
]
CLEANED = {
    "a\x00b": "ab",
    "\x00a": "a",
    "a\r\n\tb": "a b",
    "\x1b[31mred": "[31mred",
    "a\ud800b": "ab",
    "user\u202egnp.exe": "usergnp.exe",
    "  a \u2028 b\u00a0": "a b",
    "a\x85b\x1cc": "a b c",
}
NOT_TEXT = [None, 5, 1.5, True, [], {}, ("a",), b"a"]


def asked(store, room, **fields):
    question = {"key": "", "asked": "Which?", "kind": "choice", "options": ("a", "b"), "subject": "", **fields}
    rooms.ask(store, room.code, room.secret, rooms.Question(**question))
    return rooms.snapshot(store, room.code).question


def told(store, room, **fields):
    rooms.ask(store, room.code, room.secret, rooms.Question("", "At which scale?", "scale"))
    rooms.tell(store, room.code, room.secret, rooms.Truth(**{"right": "1", **fields}))
    return rooms.snapshot(store, room.code).truth


def answered(store, room, text):
    rooms.ask(store, room.code, room.secret, rooms.Question("", "Why?", "text"))
    member = token()
    rooms.join(store, room.code, member, NOW)
    rooms.answer(store, room.code, member, rooms.snapshot(store, room.code).number, text)
    return rooms.snapshot(store, room.code).texts[0].text


FIELDS = {
    "asked": (300, lambda s, r, text: asked(s, r, asked=text).asked),
    "key": (40, lambda s, r, text: asked(s, r, key=text).key),
    "subject": (300, lambda s, r, text: asked(s, r, subject=text).subject),
    "option": (80, lambda s, r, text: asked(s, r, options=("a plain one", text)).options[1]),
    "right": (80, lambda s, r, text: told(s, r, right=text).right),
    "because": (1000, lambda s, r, text: told(s, r, because=text).because),
    "answer": (200, answered),
}
EVERY_FIELD = pytest.mark.parametrize("field", FIELDS)


@EVERY_FIELD
def test_text_stays_the_text_it_was(store, room, field):
    longest, kept = FIELDS[field]
    for text in [text for text in HARMLESS_ONCE_KEPT if len(text) <= longest] + ["é" * longest, "𝔘" * longest]:
        assert kept(store, room, text) == text
    assert set(tables.metadata.tables) <= set(inspect(store.engine).get_table_names())


@EVERY_FIELD
def test_what_nobody_sees_is_taken_out(store, room, field):
    _, kept = FIELDS[field]
    for text, clean in CLEANED.items():
        assert kept(store, room, text) == clean


@EVERY_FIELD
def test_too_long_is_refused_in_few_words(store, room, field):
    longest, kept = FIELDS[field]
    for text in ("x" * (longest + 1), "x" * 1_000_000, "\x00" * 1_000_000, " " * (longest + 1)):
        before = rooms.versions(store, [room.code]), rooms.snapshot(store, room.code).truth
        with pytest.raises(rooms.Refused, match=rf"characters; at most {longest} fit\.$") as refused:
            kept(store, room, text)
        assert len(str(refused.value)) < 100
        if field not in ("right", "because", "answer"):
            assert (rooms.versions(store, [room.code]), rooms.snapshot(store, room.code).truth) == before


@EVERY_FIELD
@pytest.mark.parametrize("raw", NOT_TEXT, ids=str)
def test_what_is_no_text_is_refused(store, room, field, raw):
    with pytest.raises(rooms.Refused, match=r"must be text\.$"):
        FIELDS[field][1](store, room, raw)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"options": ()}, "This question has 0 options; it must have 2 to 8 options."),
        ({"options": ("a",)}, "This question has 1 options; it must have 2 to 8 options."),
        ({"options": tuple("abcdefghi")}, "This question has 9 options; it must have 2 to 8 options."),
        ({"options": ("a", "a ")}, "Two options are the same: write different ones."),
        ({"options": ("a", "a\u200b")}, "Two options are the same: write different ones."),
        ({"options": ("a", "\u3164a\ufe0f")}, "Two options are the same: write different ones."),
        ({"options": ("a b", "a \u2060 b")}, "Two options are the same: write different ones."),
        ({"options": ("é", "e\u0301")}, "Two options are the same: write different ones."),
        ({"options": ("a", " ")}, "An option is empty: write something."),
        ({"options": ("\u3164", "\u2800")}, "An option is empty: write something."),
        ({"options": "ab"}, "Options must be a list of texts."),
        ({"options": {"a": 1, "b": 2}}, "Options must be a list of texts."),
        ({"kind": "text"}, "This question has 2 options; it must have no options."),
        ({"kind": "scale", "options": ("a",)}, "This question has 1 options; it must have no options."),
        ({"kind": "vote"}, "A question is one of choice, scale, text."),
        ({"kind": []}, "A question is one of choice, scale, text."),
        ({"asked": "\u200b"}, "The question is empty: write something."),
    ],
)
def test_a_question_that_cannot_be_asked(store, room, fields, sentence):
    with pytest.raises(rooms.Refused) as refused:
        asked(store, room, **fields)
    assert str(refused.value) == sentence
    assert rooms.snapshot(store, room.code).number == 0


def test_options_that_look_different_are_different(store, room):
    for options in (("nan", "NaN"), ("10²", "102"), ("x", "𝐱"), ("👩‍👧", "👩"), ("-0", "0")):
        assert asked(store, room, options=options).options == options


NO_CODES = ["", "BCDFG", "BCDFGHJ", "AEIOU0", "' OR 1", "%%%%%%", "______", "\x00" * 6, "BCDFG\ud800", "<b>x</b>"]
NO_CODES += ["x" * 1_000_000, "ſßﬀﬁ", None, 5, [], b"BCDFGH"]


@pytest.mark.parametrize("code", NO_CODES, ids=range(len(NO_CODES)))
def test_what_is_no_code_opens_no_room(store, room, code):
    for act in (
        lambda: rooms.join(store, code, token(), NOW),
        lambda: rooms.snapshot(store, code),
        lambda: rooms.mine(store, code, token()),
        lambda: rooms.is_presenter(store, code, room.secret),
        lambda: rooms.ask(store, code, room.secret, choice()),
        lambda: rooms.close(store, code, room.secret),
    ):
        with pytest.raises(rooms.Refused, match="it may have ended, or the code is mistyped") as refused:
            act()
        assert len(str(refused.value)) < 100
        str(refused.value).encode()


def test_guessing_opens_nothing_and_keeps_nobody_waiting(store, room):
    """How often one may guess, the socket says. Here: a wrong code never opens a room, nor waits for a lock."""
    letters, chance = rooms.ALPHABET, random.Random(1)  # noqa: S311
    guesses = {f"{room.code[:-1]}{letter}" for letter in letters}
    guesses |= {"".join(chance.choices(letters, k=rooms.CODE_LETTERS)) for _ in range(1000)}

    def guess(_connection):
        for code in guesses - {room.code}:
            with pytest.raises(rooms.Refused, match=f"There is no room {code}"):
                rooms.join(store, code, token(), NOW)

    store.writing(lambda connection: (connection.execute(tables.rooms.update().values(page="")), guess(connection)))
    assert rooms.snapshot(store, room.code).members == 0
    assert len(letters) ** rooms.CODE_LETTERS / rooms.MOST_ROOMS > 2_000_000, "guesses until one room is found"
