"""The questions a class can be asked without writing one, in the order of a lesson; and their truths."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pages.parts.predictions import Kind, Prediction, Truth, first_lost, labs, story

READY: dict[str, Prediction] = {
    it.name: it
    for it in (
        first_lost.SCALE,
        first_lost.FORMULA,
        first_lost.DTYPE,
        first_lost.DIGIT,
        story.GROWTH,
        story.OVERFLOW,
        story.NEGATIVE,
        story.REPAIRED,
        story.SHIFT,
        story.AGREEMENT,
        labs.GRADIENT,
        labs.DEATH,
    )
}


@dataclass(frozen=True, slots=True)
class Posed:
    """A ready question as a class sees it.

    pictures: option -> source of its image, a data URI; empty where options are words
    page, query: of the view that shows the evidence
    """

    key: str
    asked: str
    kind: Kind
    options: tuple[str, ...]
    pictures: Mapping[str, str]
    page: str
    query: str


@lru_cache(len(READY))
def posed(key: str) -> Posed:
    """The question. Raises KeyError for one that is not ready."""
    it = READY[key]
    asked = (it.alone or it.asked)(it.view)
    return Posed(key, asked, it.kind, it.options(it.view), it.pictures(it.view), it.page, it.view.query())


def truth(key: str) -> Truth:
    """What is right, computed by torch unless somebody has seen it before. Raises KeyError for one not ready."""
    it = READY[key]
    return it.truth(it.view)
