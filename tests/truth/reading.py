"""Reads pages at views: which claims were made there, which are false, what smells, what is told before it is asked."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.view import View
from tests.truth.claims.claim import claims_of
from tests.truth.corners import CHOICES, views_of
from tests.truth.page_text import page_text
from tests.truth.smells import smells
from tests.truth.spoken import told_before


@dataclass
class Reading:
    """What came of reading a page.

    views: how many it was read at
    made:  name of a claim -> how often it was made
    wrong: what is false and what smells, each with the view's link
    """

    page: str
    views: int = 0
    made: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def never_made(self, rare: bool) -> list[str]:
        """The page's claims that no view made; rare: those too that few views make."""
        return [it.name for it in claims_of(self.page) if not self.made[it.name] and (rare or not it.rare)]


def read(page: str, views: Iterable[View], slow: bool = False) -> Reading:
    """The page at each of the views at which it may say something else, its predictions answered.

    slow: claims are held too that take long
    """
    reading = Reading(page)
    for view in views_of(page, tuple(views)):
        for choose in CHOICES.get(page, ({},)):
            text = page_text(page, view, choose=choose, answered=True)
            link = " ".join((f"/{page}{view.query()}", *choose.values()))
            wrong = (*smells(text, view), *told_before(page, text), *_false(text, view, reading, slow))
            reading.wrong += [f"{link}: {it}" for it in wrong]
        reading.views += 1
    return reading


def _false(text: str, view: View, reading: Reading, slow: bool) -> Iterable[str]:
    for it in claims_of(reading.page):
        for found in it.found.finditer(text):
            reading.made[it.name] += 1
            if (slow or not it.slow) and not it.holds(found, view):
                yield f"false: {it.name}: {found[0]!r}"
