"""What the server says on the socket of the class, as JSON. A student's room leaves out what its stage still hides.

{"kind": "room", "role": "presenter" | "student", "mine": null | text | number, "room": "KDFM42", "members": 31,
 "locked": false, "expires": 1790000000.0, "number": 2, "stage": null | "asked" | "shown" | "told",
 "question": null | {"number", "key", "asked", "kind": "choice" | "scale" | "text", "options", "subject"},
 "answered": 30, "counts": null | [[option or scale, answers], ...], "texts": [{"id", "text", "allowed"}, ...],
 "truth": null | {"right", "because"}, "follow": {"on", "page", "query"}}
{"kind": "opened", "room": "KDFM42", "secret": "..."} | {"kind": "counted", "number": 2} | {"kind": "pong"} |
{"kind": "refused", "says": "a sentence", "final": true} | {"kind": "refused", "says", "final": false, "wait_s": 2.0} |
{"kind": "trouble" | "closed", "says": "a sentence"}
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from core.rooms import Refused, Room

_COUNTED = ("members", "answered", "counts")


@dataclass(frozen=True, slots=True)
class Shown:
    """A room as its two roles see it: JSON objects without what is each browser's own.

    step: what students must see at once; the rest of theirs are counts, which change with every answer
    """

    number: int
    kind: str | None
    presenter: str
    student: str
    step: str


def shown(room: Room) -> Shown:
    """The room, ready for everybody in it."""
    everything = _fields(room)
    is_shown = room.stage in ("shown", "told")
    for_students = everything | {
        "counts": everything["counts"] if is_shown else None,
        "texts": [text for text in everything["texts"] if is_shown and text["allowed"]],
    }
    step = {name: value for name, value in for_students.items() if name not in _COUNTED}
    kind = room.question.kind if room.question else None
    return Shown(room.number, kind, _json(everything), _json(for_students), _json(step))


def room_message(room: Shown, presents: bool, mine: str | None) -> str:
    """The room as one browser sees it; mine: what it answered to the current question."""
    given = float(mine) if mine is not None and room.kind == "scale" else mine
    own = {"kind": "room", "role": "presenter" if presents else "student", "mine": given}
    return f"{_json(own)[:-1]},{(room.presenter if presents else room.student)[1:]}"


def message(kind: str, **fields: str | float | bool) -> str:
    return _json({"kind": kind, **fields})


def refused(why: Refused) -> str:
    """final: asking again brings nothing; otherwise it may after wait_s seconds."""
    later = {} if why.wait_s is None else {"wait_s": why.wait_s}
    return message("refused", says=str(why), final=not later, **later)


def _fields(room: Room) -> dict[str, Any]:
    return {
        "room": room.code,
        "members": room.members,
        "locked": room.locked,
        "expires": room.expires,
        "number": room.number,
        "stage": room.stage,
        "question": room.question and {"number": room.number, **asdict(room.question)},
        "answered": room.answered,
        "counts": room.counts,
        "texts": [asdict(text) for text in room.texts],
        "truth": room.truth and asdict(room.truth),
        "follow": asdict(room.follow),
    }


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
