"""A class: rooms with a presenter, students, questions and answers, in SQLite or PostgreSQL.

    >>> from core import rooms
    >>> store = rooms.connect()
    >>> opened = rooms.open_room(store, now=time.time())
    >>> rooms.join(store, opened.code, member, now=time.time())
    >>> rooms.ask(store, opened.code, opened.secret, rooms.Question("", "Which fails first?", "choice", ("a", "b")))

Every function is one transaction. It raises Refused, whose text is the sentence to show, for what a visitor did
wrong, and sqlalchemy.exc.SQLAlchemyError where the database is down. It asks no name and keeps none: of a browser only
the hash of a random token, of a presenter only the hash of the room's secret, and after 24 hours nothing.

Importing this imports SQLAlchemy: do it where the first visitor needs it.
"""

from core.rooms.answering import answer
from core.rooms.asking import ask, follow, let_through, lock, show_answers, show_view, tell
from core.rooms.database import Rooms, connect, lasting
from core.rooms.door import close, is_member, is_presenter, join, open_room, still_here, tidy, try_to_write
from core.rooms.room import (
    ALPHABET,
    AWAY_S,
    CODE_LETTERS,
    DESERTED_S,
    KINDS,
    LIVES_S,
    MOST_MEMBERS,
    MOST_QUESTIONS,
    MOST_ROOMS,
    STAGES,
    Follow,
    Kind,
    Misconfigured,
    Opened,
    Question,
    Refused,
    Room,
    Stage,
    Text,
    Truth,
)
from core.rooms.seeing import mine, snapshot, versions

__all__ = [
    "ALPHABET",
    "AWAY_S",
    "CODE_LETTERS",
    "DESERTED_S",
    "KINDS",
    "LIVES_S",
    "MOST_MEMBERS",
    "MOST_QUESTIONS",
    "MOST_ROOMS",
    "STAGES",
    "Follow",
    "Kind",
    "Misconfigured",
    "Opened",
    "Question",
    "Refused",
    "Room",
    "Rooms",
    "Stage",
    "Text",
    "Truth",
    "answer",
    "ask",
    "close",
    "connect",
    "follow",
    "is_member",
    "is_presenter",
    "join",
    "lasting",
    "let_through",
    "lock",
    "mine",
    "open_room",
    "show_answers",
    "show_view",
    "snapshot",
    "still_here",
    "tell",
    "tidy",
    "try_to_write",
    "versions",
]
