"""What a student does: answer."""

import secrets
import time
from functools import cache

from sqlalchemy import Connection, Executable, bindparam, exists, select

from core.rooms import checked
from core.rooms.database import Rooms, insert
from core.rooms.room import Question, Refused
from core.rooms.tables import answers, members, questions

# The lock is shared among answers: they wait for nobody but the presenter who closes them, and he for them.
_ASKED = (
    select(
        questions,
        exists().where(members.c.code == questions.c.code, members.c.member == bindparam("who")).label("is_in"),
    )
    .where(questions.c.code == bindparam("room"), questions.c.number == bindparam("asking"))
    .with_for_update(read=True, of=questions)
)


def answer(store: Rooms, code: str, member: str, number: int, given: str | float) -> str:
    """Counts this browser's answer to the current question, instead of the one before; the answer as it is kept.

    Sent again, nothing changes.
    given: an option, a scale or a text, as the question's kind wants
    Raises: Refused as `checked.given`; where the browser has not joined, or no answers to that number are taken
    """
    code, who, number = checked.code(code), checked.hashed(member), checked.number(number)

    def act(connection: Connection) -> str:
        row = connection.execute(_ASKED, {"room": code, "asking": number, "who": who}).one_or_none()
        if row is None:
            raise Refused("There is no such question in this room.")
        if not row.is_in:
            raise Refused("You are not in this room: join it first.")
        if row.stage == "told":
            raise Refused("Answers to this question are closed.")
        kept = checked.given(given, Question(row.key, row.asked, row.kind, tuple(row.options)))
        text_id = _text_id() if row.kind == "text" else None
        counted = {"code": code, "number": number, "member": who, "given": kept, "text_id": text_id}
        connection.execute(_counted(connection.dialect.name), counted)
        return kept

    return store.writing(act)


@cache
def _counted(dialect: str) -> Executable:
    """Adds an answer, or replaces it where it differs; made once, since two hundred come within seconds."""
    new = insert(dialect, answers)
    return new.on_conflict_do_update(
        index_elements=["code", "number", "member"],
        set_={
            "given": new.excluded.given,
            "times": answers.c.times + 1,
            "text_id": new.excluded.text_id,
            "allowed": False,
        },
        where=answers.c.given != new.excluded.given,
    )


def _text_id() -> str:
    """Names one wording, so that what is let through is what the presenter has read. Rises with time."""
    return f"{time.time_ns() // 1000:014x}{secrets.token_hex(3)}"
