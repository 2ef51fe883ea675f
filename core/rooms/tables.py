"""The four tables. A room takes all that it holds along when it goes.

Nobody is named: a browser is the sha256 of a random token. No address is kept, and no time but a room's end, when it
and each browser in it was last here, and, in its id, when a text came. Columns that came later have a default in the
database: `database.connect` adds them to tables made before.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    false,
    func,
    text,
)

from core.rooms import room as most

metadata = MetaData()
_HASH = 64


def _text(name: str, longest: int, **options: Any) -> tuple[Column[str], CheckConstraint]:
    """A text column with its length checked: SQLite takes String(n) for a remark."""
    column = Column(name, String(longest), nullable=False, **options)
    return column, CheckConstraint(func.length(column) <= longest)


def _one_of(name: str, values: tuple[str, ...]) -> tuple[Column[str], CheckConstraint]:
    column = Column(name, String(8), nullable=False)
    return column, CheckConstraint(column.in_(values))


rooms = Table(
    "class_rooms",
    metadata,
    Column("code", String(most.CODE_LETTERS), primary_key=True),
    Column("secret", String(_HASH), nullable=False),
    Column("expires", Double, nullable=False, index=True),
    Column("seen", Double, nullable=False, server_default=text("0")),
    Column("version", Integer, nullable=False, server_default=text("0")),
    Column("members", Integer, nullable=False, server_default=text("0")),
    Column("number", Integer, nullable=False, server_default=text("0")),
    Column("locked", Boolean, nullable=False, server_default=false()),
    Column("following", Boolean, nullable=False, server_default=false()),
    *_text("page", most.MOST_PAGE, server_default=text("''")),
    *_text("query", most.MOST_QUERY, server_default=text("''")),
    CheckConstraint(f"length(code) = {most.CODE_LETTERS}"),
    CheckConstraint(f"length(secret) = {_HASH}"),
    CheckConstraint(f"members BETWEEN 0 AND {most.MOST_MEMBERS}"),
    CheckConstraint(f"number BETWEEN 0 AND {most.MOST_QUESTIONS}"),
)

members = Table(
    "class_members",
    metadata,
    Column("code", ForeignKey(rooms.c.code, ondelete="CASCADE"), primary_key=True),
    Column("member", String(_HASH), primary_key=True),
    Column("seen", Double, nullable=False, server_default=text("0")),
    CheckConstraint(f"length(member) = {_HASH}"),
)

questions = Table(
    "class_questions",
    metadata,
    Column("code", ForeignKey(rooms.c.code, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *_text("key", most.MOST_KEY),
    *_text("asked", most.MOST_ASKED),
    *_one_of("kind", most.KINDS),
    Column("options", JSON, nullable=False),
    *_text("subject", most.MOST_SUBJECT),
    *_one_of("stage", most.STAGES),
    *_text("right", most.MOST_OPTION, server_default=text("''")),
    *_text("because", most.MOST_BECAUSE, server_default=text("''")),
    CheckConstraint(f"number BETWEEN 1 AND {most.MOST_QUESTIONS}"),
)

# The primary key is what counts a browser once. `times` says how often an answer was given anew, so that the sum over a
# question grows with every change: no counter in the room's row, for which two hundred students would queue.
answers = Table(
    "class_answers",
    metadata,
    Column("code", String(most.CODE_LETTERS), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("member", String(_HASH), primary_key=True),
    *_text("given", most.MOST_GIVEN),
    Column("times", Integer, nullable=False, server_default=text("1")),
    Column("text_id", String(24)),
    Column("allowed", Boolean, nullable=False, server_default=false()),
    ForeignKeyConstraint(["code", "number"], [questions.c.code, questions.c.number], ondelete="CASCADE"),
    ForeignKeyConstraint(["code", "member"], [members.c.code, members.c.member], ondelete="CASCADE"),
    CheckConstraint("times >= 1"),
)
