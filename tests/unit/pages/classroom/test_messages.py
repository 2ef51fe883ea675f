"""What a browser may say: every message it knows, and nothing else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.server.classroom import messages
from pages.server.classroom.messages import LONGEST, Malformed, parse

TOKEN = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({"do": "open", "member": TOKEN}, messages.Open(TOKEN)),
        ({"do": "join", "room": "KDFM42", "member": TOKEN}, messages.Join("KDFM42", TOKEN)),
        ({"do": "join", "room": "K", "member": TOKEN, "secret": TOKEN}, messages.Join("K", TOKEN, TOKEN)),
        ({"do": "answer", "number": 2, "given": "nan"}, messages.Answer(2, "nan")),
        ({"do": "answer", "number": 2, "given": 300}, messages.Answer(2, 300.0)),
        ({"do": "ask", "key": "scale"}, messages.Ask(key="scale")),
        (
            {"do": "ask", "asked": "Which?", "options": ["a", "b"]},
            messages.Ask(asked="Which?", options=("a", "b")),
        ),
        ({"do": "ask", "asked": "Why?", "kind": "text"}, messages.Ask(asked="Why?", kind="text")),
        ({"do": "show"}, messages.Show()),
        ({"do": "tell"}, messages.Tell()),
        ({"do": "tell", "right": "b"}, messages.Tell("b")),
        ({"do": "let", "id": "0a", "allowed": False}, messages.Let("0a", False)),
        ({"do": "follow", "on": True}, messages.Follow(True)),
        ({"do": "view", "page": "softmax", "query": "?scale=3"}, messages.ShowView("softmax", "?scale=3")),
        ({"do": "lock", "on": False}, messages.Lock(False)),
        ({"do": "close"}, messages.Close()),
        ({"do": "leave"}, messages.Leave()),
        ({"do": "ping"}, messages.Ping()),
    ],
)
def test_each_message_means_one_thing(said, meant):
    assert parse(json.dumps(said)) == meant


MALFORMED = [
    "",
    "ping",
    "[]",
    "null",
    "1",
    '"ping"',
    "{",
    "{}",
    '{"do": null}',
    '{"do": ["ping"]}',
    '{"do": {"ping": 1}}',
    '{"do": "dance"}',
    '{"do": "ping", "loud": true}',
    '{"do": "open"}',
    '{"do": "open", "member": 1}',
    '{"do": "open", "member": "0123"}',
    json.dumps({"do": "open", "member": TOKEN.upper()}),
    json.dumps({"do": "open", "member": f"{TOKEN}\n"}),
    json.dumps({"do": "join", "room": ["KDFM42"], "member": TOKEN}),
    json.dumps({"do": "join", "room": "KDFM42", "member": TOKEN, "secret": None}),
    '{"do": "answer", "number": 1}',
    '{"do": "answer", "number": "1", "given": "a"}',
    '{"do": "answer", "number": 1.0, "given": "a"}',
    '{"do": "answer", "number": true, "given": "a"}',
    '{"do": "answer", "number": -1, "given": "a"}',
    '{"do": "answer", "number": 9223372036854775808, "given": "a"}',
    '{"do": "answer", "number": 1, "given": NaN}',
    '{"do": "answer", "number": 1, "given": Infinity}',
    '{"do": "answer", "number": 1, "given": -Infinity}',
    '{"do": "answer", "number": 1, "given": 1e999}',
    f'{{"do": "answer", "number": 1, "given": {"9" * 400}}}',
    f'{{"do": "answer", "number": {"9" * 3_900}, "given": 1}}',
    '{"do": "answer", "number": 1, "given": true}',
    '{"do": "answer", "number": 1, "given": null}',
    '{"do": "answer", "number": 1, "given": ["a"]}',
    '{"do": "ask", "asked": "Which?", "options": "ab"}',
    '{"do": "ask", "asked": "Which?", "options": [1, 2]}',
    '{"do": "let", "id": "0a", "allowed": 1}',
    '{"do": "follow", "on": "yes"}',
    '{"do": "lock"}',
    "[" * LONGEST,
    '{"do":' * (LONGEST // 6),
    f'{{"do": "ping"{" " * LONGEST}}}',
]


@pytest.mark.parametrize("text", MALFORMED, ids=range(len(MALFORMED)))
def test_anything_else_is_refused_with_a_sentence(text):
    with pytest.raises(Malformed, match=r"^\S.*\.$"):
        parse(text)


@given(st.text(max_size=60) | st.builds(json.dumps, st.recursive(st.none() | st.floats() | st.text(), st.lists)))
def test_no_text_brings_the_reader_down(text):
    with pytest.raises(Malformed):
        parse(text)


@given(
    st.sampled_from(["open", "join", "answer", "ask", "tell", "let", "follow", "view", "lock"]),
    st.dictionaries(
        st.sampled_from(sorted(messages._READERS)),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=3),
    ),
)
def test_whatever_is_in_the_fields_a_message_holds_only_what_its_type_says(do, fields):
    try:
        meant = parse(json.dumps({"do": do, **fields}))
    except Malformed:
        return
    assert all(getattr(meant, name) is not None for name in fields)
    assert meant == parse(json.dumps({"do": do, **fields}))


def test_half_a_character_is_left_out():
    """It was sent back to its browser, which ended the socket with a traceback: no UTF-8 can hold it."""
    meant = parse(r'{"do": "answer", "number": 1, "given": "hello \ud800 \ud83d\ude00"}')
    assert meant == messages.Answer(1, "hello  \N{GRINNING FACE}")
