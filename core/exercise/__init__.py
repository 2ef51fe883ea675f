"""The exercise: write `logsumexp` yourself. Any text may be handed in; nothing but what is named here runs.

>>> from core import exercise
>>> report = exercise.check("def logsumexp(x):\\n    return x.exp().sum(-1).log()")
>>> report.passed, next(it.because for it in report.results if not it.passed)
(False, 'Nothing is taken out before exp: exp of a large logit is inf, and of a very negative one 0')
"""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from core.dtypes import dtype_name, shortest
from core.exercise.cases import CASES, Case, came_out, fault
from core.exercise.errors import CodeError, Refused, WentWrong
from core.exercise.interpreter import call
from core.exercise.mistakes import reasons
from core.exercise.source import MOST_CHARACTERS, parse

START = "def logsumexp(x):\n    "
HINTS = (
    "For any number m, log(sum of exp(x)) = m + log(sum of exp(x - m)). Which m keeps exp from overflowing, and the "
    "sum from being 0?",
    "Each row needs its own maximum. `x.max(-1)` gives a pair: the maxima, and where they stand. `x.max(-1)[0]` is the "
    "first of the two.",
    "The maxima have one axis less than x. `m[..., None]` gives it back as an axis of 1, and `x - m[..., None]` "
    "broadcasts along it; `keepdim=True` keeps it from the start.",
    "`sum(-1)` adds up the classes. Then take the log, and add the maximum back: the two must have the same shape.",
)


@dataclass(frozen=True, slots=True)
class Result:
    """One case: what came out, and why where it failed in a way that is known."""

    case: Case
    passed: bool
    came_out: str
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All cases in order.

    passed:    every case of the core
    guarded:   the extra ones too
    """

    results: tuple[Result, ...]

    @property
    def passed(self) -> bool:
        return all(it.passed for it in self.results if not it.case.extra)

    @property
    def guarded(self) -> bool:
        return all(it.passed for it in self.results)


def check(source: str) -> Report:
    """The visitor's function asked every case. Bounded in what it can name and in the size of every value.

    Raises: Refused, one sentence, where the text is no such function or asks for what is not allowed
    """
    function = parse(source)
    answers = {case: case.answer(lambda x: call(function, x)) for case in CASES}
    faults = {case: fault(case, answer) for case, answer in answers.items()}
    why = reasons(answers, [case for case, wrong in faults.items() if wrong], function.constants)
    results = []
    for case, answer in answers.items():
        wrong = faults[case]
        if wrong is None and isinstance(answer, Tensor):
            results.append(Result(case, True, came_out(case, answer)))
        else:
            results.append(Result(case, False, str(wrong), why.get(case)))
    return Report(tuple(results))


def evaluate(source: str, logits: Tensor) -> Tensor:
    """What the function in the text returns for these logits. Raises: Refused, WentWrong."""
    return call(parse(source), logits)


def values(source: str, rows: Sequence[Tensor]) -> list[str | None]:
    """What the function in the text returns for each row, (classes,), in the fewest digits that name it; None where
    that is not one number: a function may be right for every case, and fail here."""
    return [_value(source, row) for row in rows]


def _value(source: str, row: Tensor) -> str | None:
    try:
        value = evaluate(source, row)
        return shortest(value.item(), dtype_name(value.dtype))
    except (CodeError, RuntimeError, ValueError):
        return None


__all__ = [
    "CASES",
    "HINTS",
    "MOST_CHARACTERS",
    "START",
    "Case",
    "CodeError",
    "Refused",
    "Report",
    "Result",
    "WentWrong",
    "check",
    "evaluate",
    "values",
]
