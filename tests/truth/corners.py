"""The views at which every page is read: all corners of what a link can say, and the few that tell most."""

from collections.abc import Mapping
from itertools import product

from core.dtypes import DTYPES
from core.losses import FORMULAS
from core.model import SEEDS, WEIGHTS
from core.view import View
from pages.parts.contents import READING_ORDER

SCALES = (0.1, 1.0, 5.0, 10.0, 88.7, 100.0, 209.895, 300.0, 1000.0, 10_000.0)

CORNERS: tuple[View, ...] = tuple(
    View(scale, dtype, weights, seed) for dtype, weights, seed, scale in product(DTYPES, WEIGHTS, SEEDS, SCALES)
)

# Digits that were chosen, the first and the last of all and one between; scales beside the slider's steps.
CHOSEN: tuple[View, ...] = tuple(
    View(scale, dtype, weights, seed, sample)
    for (dtype, weights), (scale, seed, sample) in zip(
        product(DTYPES, WEIGHTS), 2 * [(300.0, 0, 0), (5.0, 1, 49_999), (88.7, 2, 2), (2500.0, 0, 31_415)], strict=True
    )
)

# Each dtype and either weights; no digit lost, one, some and all; logits that are inf; a digit that was chosen.
FAST: tuple[View, ...] = (
    View(),
    View(209.895),
    View(10_000.0, "float64", "trained", seed=1),
    View(0.1, "float64", "trained", seed=1, sample=49_999),
    View(10_000.0, "float16", "trained", seed=2),
    View(1.0, "float16", "trained", seed=2),
    View(300.0, "bfloat16"),
    View(5.0, "bfloat16", sample=2),
)

# Pages that say the same at every view; a class's page says what its room says.
SAME_EVERYWHERE = frozenset(("teach", "method", "questions", "class", "write-it", "training", "diagnose"))
PAGES: tuple[str, ...] = tuple(it.url for it in READING_ORDER)
PAGES_OF_A_VIEW: tuple[str, ...] = tuple(page for page in PAGES if page not in SAME_EVERYWHERE)

# What a page lets choose beside the view: each reading is done with each of these.
CHOICES: dict[str, tuple[Mapping[str, str], ...]] = {
    "overflow": tuple({"Formula": it.label} for it in FORMULAS.values()),
}


def views_of(page: str, views: tuple[View, ...]) -> tuple[View, ...]:
    """The views at which a page is worth reading: one for a page that says the same at each."""
    return views if page in PAGES_OF_A_VIEW else views[:1]
