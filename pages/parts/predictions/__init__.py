"""Predictions: what a page or a class asks before it looks. What is right is computed when it is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.view import View

Kind = Literal["choice", "scale"]


@dataclass(frozen=True, slots=True)
class Truth:
    """right: one of the options, or a scale as a link writes it; because: why, in plain words."""

    right: str
    because: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """A question about what torch will say, asked of whoever looks at a view.

    name:     its own among all
    page:     the address of the page that shows the evidence
    asked:    the question as that page asks it, below the controls that hold the view
    options:  what to choose from; none where a scale is guessed
    truth:    computed at the view
    below:    where that page shows it, said after the truth there
    alone:    the question where nothing around it tells the view; None where `asked` does
    pictures: option -> source of its image
    varies:   fields of the view that make it another question on the page: an answer holds for their values alone
    kind:     a choice of the options, or a scale
    view:     the one at which a class is asked
    """

    name: str
    page: str
    asked: Callable[[View], str]
    options: Callable[[View], tuple[str, ...]]
    truth: Callable[[View], Truth]
    below: str = ""
    alone: Callable[[View], str] | None = None
    pictures: Callable[[View], Mapping[str, str]] = lambda _: {}
    varies: tuple[str, ...] = ()
    kind: Kind = "choice"
    view: View = field(default_factory=View)

    def key(self, view: View) -> str:
        """Of the answer on the page."""
        values = (getattr(view, name) for name in self.varies)
        return "_".join([self.name, *(f"{it:g}" if isinstance(it, float) else str(it) for it in values)])
