"""The log, on stderr: without addresses and query strings, and with LOG_FORMAT=json one JSON object a line.

Nobody's requests are logged here, only what went wrong. Of an error a JSON line has its type and its place, not its
message, which may quote what a visitor typed.
"""

import json
import logging
import os
import re
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

from streamlit import config, logger

_IPV4 = r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"
_IPV6 = r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,8}[0-9a-fA-F]{0,5}(?![\w:])"
_ADDRESS = re.compile(f"{_IPV4}|{_IPV6}")
_QUERY = re.compile(r"\?[^\s\"'<>()]+")
_LONGEST = 2_000  # characters of a message
_FRAMES = 8  # of an error: the innermost
_PLAIN = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# Their errors with no line of ours in it come from what somebody sent: no UTF-8, no message, no value for its widget.
_OTHERS = ("uvicorn", "streamlit")
_OURS = tuple(str(Path(__file__).parents[2] / it) for it in ("app.py", "core", "pages"))
AGAIN_S = 60.0
_said: dict[str, float] = {}  # where an error was raised -> when its frames were told; places are lines of code
_SERVERS = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi", "websockets")


def set_up() -> None:
    """From now on, whoever logs. After uvicorn has set up its own, which says who connects."""
    as_json = os.environ.get("LOG_FORMAT") == "json"
    logging.setLogRecordFactory(_JsonRecord if as_json else _Record)
    ours = logging.StreamHandler()
    ours.setFormatter(logging.Formatter("%(line)s" if as_json else _PLAIN))
    logging.root.handlers = [ours]
    config.set_option("logger.enableRich", False)  # which prints errors past all of this
    if as_json:  # each of Streamlit's loggers has a handler of its own, also those to come
        config.set_option("logger.messageFormat", "%(line)s")
        logger.update_formatter()
    for name in _SERVERS:  # last: Streamlit counts them among its own, and would give each a handler again
        server = logging.getLogger(name)
        server.handlers, server.propagate = [], True
        server.setLevel(logging.WARNING)


def without_personal_data(text: str) -> str:
    """The text, addresses and query strings taken out."""
    return _QUERY.sub("?[query]", _ADDRESS.sub("[address]", text[:_LONGEST]))


class _Record(logging.LogRecord):
    """A record whose message is without personal data, and whose error has its frames if one is ours."""

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        try:
            said = self.getMessage()
        except (TypeError, ValueError):  # arguments that do not fit their message
            said = str(self.msg)
        if self.exc_info and self.exc_info[1] and self.name.startswith(_OTHERS):
            place = _place(self.exc_info[1])
            if not _is_ours(self.exc_info[1]) or _was_said(place):
                said = f"{said} ({place})"
                self.exc_info = None
        self.msg, self.args = without_personal_data(said), ()


class _JsonRecord(_Record):
    """Which has all of it as `line`, also the error that a handler would write below."""

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)
        event = {
            "time": datetime.fromtimestamp(self.created, UTC).isoformat(timespec="milliseconds"),
            "level": self.levelname.lower(),
            "from": self.name,
            "event": self.msg,
        }
        if self.exc_info and self.exc_info[1]:
            event |= _error(self.exc_info[1])
        self.line = json.dumps(event, ensure_ascii=False)
        self.exc_info = self.stack_info = None


def _is_ours(error: BaseException) -> bool:
    return any(it.f_code.co_filename.startswith(_OURS) for it, _ in traceback.walk_tb(error.__traceback__))


def _was_said(place: str) -> bool:
    """Whether the frames of an error raised there were told within AGAIN_S: who has it raised may do so at will."""
    now = time.monotonic()
    if now - _said.get(place, -AGAIN_S) < AGAIN_S:
        return True
    _said[place] = now
    return False


def _place(error: BaseException) -> str:
    """Its type and where it was raised, without its message."""
    raised = traceback.extract_tb(error.__traceback__)[-1:]
    return " ".join([type(error).__name__, *(f"at {Path(it.filename).name}:{it.lineno}" for it in raised)])


def _error(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return {"error": type(error).__name__, "at": [f"{it.filename}:{it.lineno} {it.name}" for it in frames]}
