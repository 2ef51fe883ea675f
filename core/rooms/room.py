"""What a room holds and how much of it; what the store hands out. Nothing here knows a database."""

from dataclasses import dataclass
from typing import Literal

from core.scales import SCALE_LIMITS

Kind = Literal["choice", "scale", "text"]
Stage = Literal["asked", "shown", "told"]
KINDS: tuple[Kind, ...] = ("choice", "scale", "text")
STAGES: tuple[Stage, ...] = ("asked", "shown", "told")

MOST_ROOMS, MOST_MEMBERS, MOST_QUESTIONS = 200, 500, 100
LIVES_S = 24 * 3600.0
# Away for so long, they make way where others need the place: a room nobody is in, a member who never answered.
DESERTED_S, AWAY_S = 3600.0, 600.0
SCALES = SCALE_LIMITS

# Twenty-eight letters that no other is taken for; without vowels no code is a word.
# There are 482 million codes: with all of MOST_ROOMS open, one guess in 2.4 million opens one of them.
ALPHABET = "BCDFGHJKMNPQRSTVWXYZ23456789"
CODE_LETTERS = 6

# Characters that each text may have.
MOST_ASKED, MOST_OPTION, MOST_GIVEN, MOST_BECAUSE = 300, 80, 200, 1000
MOST_KEY, MOST_SUBJECT, MOST_PAGE, MOST_QUERY = 40, 300, 40, 200
OPTIONS = (2, 8)


class Refused(ValueError):
    """What a visitor asked for is not done; its text is the sentence to show.

    wait_s: seconds after which it may be done when asked again; None where it will not
    """

    def __init__(self, says: str, wait_s: float | None = None) -> None:
        super().__init__(says)
        self.wait_s = wait_s


class Misconfigured(ValueError):
    """Where rooms shall live is named wrongly; its text is a sentence for whoever runs the server."""


@dataclass(frozen=True, slots=True)
class Question:
    """key: of a ready question, or "" for the presenter's own; asked: its text
    kind: "choice" of the options, "scale" (a number, 0.1 to 10,000) or "text"
    options: two to eight for a choice, none otherwise
    subject: what it is about, for the page that draws it; may be empty
    """

    key: str
    asked: str
    kind: Kind = "choice"
    options: tuple[str, ...] = ()
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """right: one of the options, a scale, or "" where nobody knows; because: why."""

    right: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A typed answer. id: names this very wording, not who wrote it; allowed: the presenter let it through."""

    id: str
    text: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class Follow:
    """on: students follow; page: the last part of its address; query: of its View, canonical."""

    on: bool = False
    page: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """The code for the students; the secret, which only the presenter's browser may keep."""

    code: str
    secret: str


@dataclass(frozen=True, slots=True)
class Room:
    """A room at one moment. It holds everything: whoever sends it to a student leaves out what the stage hides.

    version:  as `versions` gives it; differs after every change
    number:   of the current question, from 1; 0 before the first, when question and stage are None
    answered: how many browsers answered it
    counts:   (option, answers) in the options' order; (scale, answers), rising; empty for texts
    texts:    in the order they came
    locked:   nobody new comes in
    expires:  seconds since 1970
    """

    code: str
    version: tuple[int, int]
    members: int
    locked: bool
    number: int
    question: Question | None
    stage: Stage | None
    answered: int
    counts: tuple[tuple[str, int], ...]
    texts: tuple[Text, ...]
    truth: Truth | None
    follow: Follow
    expires: float
