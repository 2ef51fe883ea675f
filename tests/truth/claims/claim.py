"""A claim: where a page makes it, and whether results computed apart bear it out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from core.view import View

Holds = Callable[[re.Match[str], View], bool]


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that a page says at some views, or in some form at every view.

    name:  what it claims
    found: finds it in the page's text, perhaps several times; its groups are what is to be checked
    holds: whether it is true: the match, the view it was read at -> bool
    rare:  whether none of the few views of the fast subset makes it
    slow:  whether holding it takes so long that only `make truth` does
    """

    name: str
    found: re.Pattern[str]
    holds: Holds
    rare: bool = False
    slow: bool = False


def claim(name: str, pattern: str, holds: Holds, rare: bool = False, slow: bool = False) -> Claim:
    """The claim whose sentence a regular expression finds; ^ and $ are ends of a line."""
    return Claim(name, re.compile(pattern, re.MULTILINE), holds, rare, slow)


@cache
def claims_of(page: str) -> tuple[Claim, ...]:
    """The page's claims: `CLAIMS` of the file beside this one that is named as its address; none where none is."""
    name = f"{__name__.rpartition('.')[0]}.{page.replace('-', '_') or 'break_it'}"
    return import_module(name).CLAIMS if find_spec(name) else ()
