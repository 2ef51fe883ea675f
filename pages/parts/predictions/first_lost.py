"""What a class is asked before it sees Break it: which formula, scale, dtype and digit comes first."""

from collections.abc import Mapping
from dataclasses import replace

from core.critical import first_to_fail
from core.dtypes import DTYPES
from core.losses import FORMULAS
from core.sweep import HEADLINE, NEVER, SCALES
from core.view import View
from pages.parts import cached, cached_labs
from pages.parts.digit import name, source
from pages.parts.predictions import Prediction, Truth

_NAIVE = "log_of_softmax"
_SEVERAL = "several at the same scale"
_PICTURES = 4


def _setting(view: View) -> str:
    return f"with {view.weights} weights in {view.dtype}"


def _times(scale: float) -> str:
    return f"×{scale:g}" if scale < float("inf") else "never on the track"


def _first(lost: Mapping[str, float]) -> Truth:
    """Which one is lost at the least scale. lost: label -> scale, inf for never."""
    first, *others = sorted(lost, key=lost.__getitem__)
    tied = others and lost[others[0]] == lost[first]
    return Truth(_SEVERAL if tied else first, f"{'; '.join(f'{it}: {_times(lost[it])}' for it in lost)}.")


FORMULA = Prediction(
    "formula",
    "",
    lambda view: f"As the scale grows, which way to write the loss loses its first digit first, {_setting(view)}?",
    lambda _: (*(FORMULAS[formula].label for formula in HEADLINE), _SEVERAL),
    lambda view: _first({FORMULAS[formula].label: cached.first_lost(view, formula) for formula in HEADLINE}),
)


def _lost_at(view: View) -> Truth:
    digit, exact = first_to_fail(cached_labs.forecast(view, _NAIVE).critical)
    lost = cached.first_lost(view, _NAIVE)
    fine = SCALES[SCALES.index(lost) - 1]
    return Truth(
        f"{lost:g}",
        f"That is the first of the slider's {len(SCALES)} steps at which torch loses a digit; between it and the step "
        f"before, {_times(fine)}, lies the exact scale by the closed form, ×{exact:.6g} (digit {digit:,}).",
    )


SCALE = Prediction(
    "scale",
    "",
    lambda view: (
        f"At which scale does the textbook formula, {FORMULAS[_NAIVE].label}, first lose one of the "
        f"{len(cached.digits()):,} digits, {_setting(view)}?"
    ),
    lambda _: (),
    _lost_at,
    kind="scale",
)

DTYPE = Prediction(
    "dtype",
    "",
    lambda view: (
        f"In which dtype does {FORMULAS[_NAIVE].label} lose its first digit at the smallest scale, with "
        f"{view.weights} weights?"
    ),
    lambda _: (*DTYPES, _SEVERAL),
    lambda view: _first({dtype: cached.first_lost(replace(view, dtype=dtype), _NAIVE) for dtype in DTYPES}),
)


def four(view: View) -> tuple[int, ...]:
    """Digits of different classes that the naive formula loses far apart: rows of the training set, in that order.

    The first of each quarter of the strip, in the order of their loss, whose class is not there yet.
    """
    strip, targets = cached.strip_rows(view.weights, view.seed, view.dtype), cached.digits().targets
    rows: dict[int, int] = {}
    for quarter in range(_PICTURES):
        share = strip[quarter * len(strip) // _PICTURES : (quarter + 1) * len(strip) // _PICTURES].tolist()
        row = next(it for it in share if int(targets[it]) not in rows)
        rows[int(targets[row])] = row
    return tuple(rows.values())


def _digit_lost(view: View) -> Truth:
    steps = cached.first_failures(view.weights, view.seed, view.dtype)
    scales = (*SCALES, float("inf"))
    return _first({name(row): scales[min(int(steps[row]), NEVER)] for row in sorted(four(view))})


DIGIT = Prediction(
    "digit",
    "",
    lambda view: f"Which of these four does {FORMULAS[_NAIVE].label} lose first, {_setting(view)}?",
    lambda view: tuple(name(row) for row in sorted(four(view))),
    _digit_lost,
    pictures=lambda view: {name(row): source(row) for row in four(view)},
)
