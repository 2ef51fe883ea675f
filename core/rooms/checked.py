"""What comes from outside, checked before it meets the database. Raises Refused with a sentence."""

import hashlib
import hmac
import math
import re
import unicodedata
from urllib.parse import parse_qsl

from core.rooms import room as most
from core.rooms.room import ALPHABET, CODE_LETTERS, KINDS, OPTIONS, SCALES, Question, Refused, Truth
from core.scales import six_digits

_TOKEN = re.compile(r"[0-9a-f]{32}")
_CODE = re.compile(f"[{ALPHABET}]{{{CODE_LETTERS}}}")
_TEXT_ID = re.compile(r"[0-9a-f]{20}")
_PAGE = re.compile(rf"[a-z-]{{0,{most.MOST_PAGE}}}")
# Control characters, halves of surrogate pairs (no UTF-8 has them), and what turns the writing around.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# What leaves the place it stands in empty, though Python calls it printable: fillers, the braille cell without dots,
# and what only chooses how the character before it is drawn. Words and emojis need some of these, so they are kept.
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def text(raw: object, what: str, longest: int, *, empty: bool = False) -> str:
    """A text as people typed it: runs of white space as one space, without control characters. Never markup."""
    if not isinstance(raw, str):
        raise Refused(f"{what} must be text.")
    if len(raw) > longest:
        raise Refused(f"{what} has {len(raw):,} characters; at most {longest} fit.")
    kept = " ".join(_UNSEEN.sub("", " ".join(raw.split())).split())
    if not empty and not visible(kept):
        raise Refused(f"{what} is empty: write something.")
    return kept


def visible(kept: str) -> str:
    """What people see of a text: two that look the same are the same here, as far as Unicode says so.

    By NFC, which takes no power for a digit as NFKC does; and NaN is not nan.
    """
    seen = "".join(filter(str.isprintable, _BLANK.sub("", kept)))
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def hashed(token: object) -> str:
    """The sha256 of a browser's token or a room's secret, 128 bits in hex: all that is ever kept of either."""
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise Refused("This browser's key is damaged: reload the page.")
    return hashlib.sha256(token.encode()).hexdigest()


def same_secret(secret: object, kept: str) -> bool:
    """Whether this is the secret whose hash was kept, in a time that does not depend on where they differ."""
    try:
        return hmac.compare_digest(hashed(secret), kept)
    except Refused:
        return False


def code(raw: object) -> str:
    """A room's code, in capitals."""
    typed = "".join(raw[:20].split()).upper() if isinstance(raw, str) else ""
    if not _CODE.fullmatch(typed):
        raise no_room(raw)
    return typed


def no_room(raw: object) -> Refused:
    """What to say where a code opens nothing."""
    shown = text(raw[:CODE_LETTERS], "The code", CODE_LETTERS, empty=True) if isinstance(raw, str) else ""
    named = f"There is no room {shown}" if shown else "No room has such a code"
    return Refused(f"{named}: it may have ended, or the code is mistyped.")


def question(raw: Question) -> Question:
    """The question with its texts cleaned, its kind known and its options as many as the kind wants."""
    if raw.kind not in KINDS:
        raise Refused(f"A question is one of {', '.join(KINDS)}.")
    if not isinstance(raw.options, (tuple, list)):
        raise Refused("Options must be a list of texts.")
    fewest, largest = OPTIONS if raw.kind == "choice" else (0, 0)
    if not fewest <= len(raw.options) <= largest:
        wanted = f"{fewest} to {largest} options" if largest else "no options"
        raise Refused(f"This question has {len(raw.options)} options; it must have {wanted}.")
    options = tuple(text(option, "An option", most.MOST_OPTION) for option in raw.options)
    if len(set(map(visible, options))) < len(options):
        raise Refused("Two options are the same: write different ones.")
    return Question(
        text(raw.key, "The key", most.MOST_KEY, empty=True),
        text(raw.asked, "The question", most.MOST_ASKED),
        raw.kind,
        options,
        text(raw.subject, "The subject", most.MOST_SUBJECT, empty=True),
    )


def truth(raw: Truth, asked: Question) -> Truth:
    """The truth about a question: for a choice one of its options, or "" where nobody knows."""
    right = text(raw.right, "The right answer", most.MOST_OPTION, empty=True)
    if right and asked.kind == "choice" and right not in asked.options:
        raise Refused("The right answer must be one of the options.")
    return Truth(right, text(raw.because, "The reason", most.MOST_BECAUSE, empty=True))


def given(raw: object, asked: Question) -> str:
    """An answer as it is kept and counted: an option, a scale with six significant digits, or a text."""
    if asked.kind == "text":
        return text(raw, "Your answer", most.MOST_GIVEN)
    if asked.kind == "scale":
        return f"{_scale(raw):g}"
    if raw not in asked.options:
        raise Refused("This is none of the options: choose one of them.")
    return str(raw)


def _scale(raw: object) -> float:
    low, high = SCALES
    try:
        scale = float(raw) if isinstance(raw, (int, float)) and not isinstance(raw, bool) else math.nan
    except OverflowError:
        scale = math.inf
    if not low <= scale <= high:
        raise Refused(f"A scale is a number, {low} to {high:,.0f}.")
    return six_digits(scale)


def number(raw: object) -> int:
    """The number of an asking."""
    if not isinstance(raw, int) or isinstance(raw, bool) or not 1 <= raw <= most.MOST_QUESTIONS:
        raise Refused("There is no such question in this room.")
    return raw


def flag(raw: object) -> bool:
    """On or off."""
    if not isinstance(raw, bool):
        raise Refused("This must be on or off.")
    return raw


def text_id(raw: object) -> str:
    """The name of one wording."""
    if not isinstance(raw, str) or not _TEXT_ID.fullmatch(raw):
        raise Refused("There is no such text in this room.")
    return raw


def page(raw: object) -> str:
    """The last part of a page's address. Whether there is such a page, the pages know."""
    if not isinstance(raw, str) or not _PAGE.fullmatch(raw):
        raise Refused("There is no such page.")
    return raw


def query(raw: object) -> str:
    """The query of the View that a query describes: `?` in front, or nothing for the default view."""
    from core.view import View  # loads torch, for which nobody who only joins should wait

    if not isinstance(raw, str):
        raise Refused("A view must be text.")
    return View.parse(dict(parse_qsl(raw[: most.MOST_QUERY].removeprefix("?")))).query()
