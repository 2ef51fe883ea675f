"""What a browser may say on the socket of the class: JSON in, one frozen dataclass out, or a sentence why not.

Here only types are checked. How long a text may be, whether a code exists, who presents: the store says.
"""

import json
import math
import re
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import Any, NoReturn

from core.rooms import Refused

LONGEST = 4_000  # characters a message
_LARGEST_NUMBER = 1 << 31  # what PostgreSQL keeps as an integer


class Malformed(Refused):
    """The sentence that says what is wrong with a message."""


@dataclass(frozen=True, slots=True)
class Open:
    member: str


@dataclass(frozen=True, slots=True)
class Join:
    room: str
    member: str
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    number: int
    given: str | float


@dataclass(frozen=True, slots=True)
class Ask:
    """A ready question by its key, or the presenter's own: its options, or its kind where it has none."""

    key: str = ""
    asked: str = ""
    options: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Show:
    pass


@dataclass(frozen=True, slots=True)
class Tell:
    right: str = ""


@dataclass(frozen=True, slots=True)
class Let:
    id: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class Follow:
    on: bool


@dataclass(frozen=True, slots=True)
class ShowView:
    page: str
    query: str


@dataclass(frozen=True, slots=True)
class Lock:
    on: bool


@dataclass(frozen=True, slots=True)
class Close:
    pass


@dataclass(frozen=True, slots=True)
class Leave:
    pass


@dataclass(frozen=True, slots=True)
class Ping:
    pass


Message = Open | Join | Answer | Ask | Show | Tell | Let | Follow | ShowView | Lock | Close | Leave | Ping

_KINDS: dict[str, type[Message]] = {
    "open": Open,
    "join": Join,
    "answer": Answer,
    "ask": Ask,
    "show": Show,
    "tell": Tell,
    "let": Let,
    "follow": Follow,
    "view": ShowView,
    "lock": Lock,
    "close": Close,
    "leave": Leave,
    "ping": Ping,
}


def parse(text: str) -> Message:
    """The message. Raises Malformed, whatever else the text is."""
    if len(text) > LONGEST:
        raise Malformed(f"A message has at most {LONGEST:,} characters; this one has {len(text):,}.")
    raw = _object(text)
    said = raw.pop("do", None)
    kind = _KINDS.get(said) if isinstance(said, str) else None
    if kind is None:
        raise Malformed(f'A message says what to do: "do" is one of {", ".join(_KINDS)}.')
    wanted = {field.name: field for field in fields(kind)}
    if not raw.keys() <= wanted.keys():
        raise Malformed(f'"{said}" takes {", ".join(wanted) or "nothing"} and no more.')
    if missing := [name for name, field in wanted.items() if field.default is MISSING and name not in raw]:
        raise Malformed(f'"{said}" needs {" and ".join(missing)}.')
    return kind(**{name: _READERS[name](name, value) for name, value in raw.items()})


def _object(text: str) -> dict[str, Any]:
    try:
        raw = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):  # also of a number with thousands of digits
        raw = None
    if not isinstance(raw, dict):
        raise Malformed("A message is one JSON object.")
    return raw


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _token(name: str, value: Any) -> str:
    if not (isinstance(value, str) and re.fullmatch("[0-9a-f]{32}", value)):
        raise Malformed(f"{name} must be 32 hexadecimal digits.")
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Malformed(f"{name} must be text.")
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")  # half a character cannot be sent back


def _whole(name: str, value: Any) -> int:
    if type(value) is not int or not 0 <= value < _LARGEST_NUMBER:
        raise Malformed(f"{name} must be a whole number.")
    return value


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Malformed(f"{name} must be true or false.")
    return value


def _given(name: str, value: Any) -> str | float:
    if isinstance(value, str):
        return _text(name, value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Malformed(f"{name} must be text or a number.")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Malformed(f"{name} must be a finite number.")
    return number


def _options(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Malformed(f"{name} must be a list of texts.")
    return tuple(_text(name, option) for option in value)


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "member": _token,
    "room": _text,
    "secret": _token,
    "number": _whole,
    "given": _given,
    "key": _text,
    "asked": _text,
    "options": _options,
    "kind": _text,
    "right": _text,
    "id": _text,
    "allowed": _flag,
    "on": _flag,
    "page": _text,
    "query": _text,
}
