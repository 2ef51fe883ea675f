"""Wrong answers that people give, each as a formula: who gets the same wrong numbers has probably written the same.

A formula may contain a number of the visitor's choice, an epsilon or a bound; then it is tried with the numbers that
stand in the visitor's code.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

import torch
from torch import Tensor

from core.exercise.cases import CASES, Answer, Case
from core.exercise.errors import WentWrong, said

_MOST_CONSTANTS = 4
_AXES = (0, 1, 2)  # numbers that stand in every answer


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong answer, (logits) or (logits, number) -> values, and why it is wrong.

    of_extra: whether it explains the extra cases before all others
    """

    wrong: Callable[..., Tensor]
    because: str
    of_extra: bool = False


def _shifted(x: Tensor, m: Tensor) -> Tensor:
    """m + log sum exp(x - m), m as it would broadcast."""
    return m + (x - m).exp().sum(-1).log()


def _by_hand(x: Tensor, m: Tensor) -> Tensor:
    """The sum of the exponentials with each row's m, (...,), taken out."""
    return (x - m[..., None]).exp().sum(-1)


def _over(x: Tensor, dim: int) -> Tensor:
    m = x.amax(dim, keepdim=True)
    return m.squeeze(dim) + (x - m).exp().sum(dim).log()


def _in_place(x: Tensor) -> Tensor:
    m = x.amax(-1, keepdim=True)
    x -= m
    return m.squeeze(-1) + x.exp().sum(-1).log()


_NO_SHIFT = "Nothing is taken out before exp: exp of a large logit is inf, and of a very negative one 0"
_EPSILON = (
    "An epsilon inside the log hides a sum of 0 or changes the answer; with the maximum out the sum is at least 1"
)
_CLAMP = "Clamped logits are other logits: what lies beyond the bound gets a wrong answer without a word"
_BROADCAST = (
    "The maximum has lost its last axis, so it is subtracted along the wrong one: keep it with m[..., None] or "
    "keepdim=True"
)

MISTAKES = (
    Mistake(
        lambda x: x.amax(-1) + _by_hand(x, x.amax(-1)).log(),
        "The maximum is infinite here, and inf - inf is nan: take out 0 where it is, with torch.where",
        of_extra=True,
    ),
    Mistake(lambda x: x.exp().sum(-1).log(), _NO_SHIFT),
    Mistake(
        lambda x: _shifted(x, x.max()),
        "x.max() is the largest of the whole batch: a row far below it underflows. Take each row's own, x.max(-1)",
    ),
    Mistake(
        lambda x: x.amin(-1) + _by_hand(x, x.amin(-1)).log(),
        "With the minimum taken out the largest logits stay large: exp(max - min) can overflow. Take the maximum",
    ),
    Mistake(
        lambda x: x.mean(-1) + _by_hand(x, x.mean(-1)).log(),
        "With the mean taken out the largest logits can still overflow. Take the maximum",
    ),
    Mistake(lambda x: _by_hand(x, x.amax(-1)).log(), "The maximum was taken out and never added back"),
    Mistake(lambda x: _by_hand(x, x.amax(-1)).log() - x.amax(-1), "The maximum is subtracted at the end: add it back"),
    Mistake(lambda x: x.amax(-1) + _by_hand(x, x.amax(-1)), "The log of the sum is missing"),
    Mistake(lambda x: x.amax(-1), "This is the maximum alone: log(sum of exp(x - m)) is missing"),
    Mistake(lambda x: x.exp().sum(-1), "The log of the sum is missing, and nothing is taken out before exp"),
    Mistake(
        lambda x: x.amax(-1) + (x.amax(-1)[..., None] - x).exp().sum(-1).log(), "The difference is x - m, not m - x"
    ),
    Mistake(lambda x: x.amax(-1) + _by_hand(x, x.amax(-1)).log1p(), "log1p adds 1 to the sum: use log"),
    Mistake(
        lambda x: x.amax(-1) + (x - x.amax(-1)[..., None]).exp().mean(-1).log(),
        "mean divides by the number of classes: use sum",
    ),
    Mistake(lambda x: _shifted(x, x.amax(-1)), _BROADCAST),
    Mistake(
        lambda x: _shifted(x, x.amax(-1, keepdim=True)),
        "The maximum has a last axis of 1 and the sum has none, so adding them makes a square: squeeze(-1) the maximum",
    ),
    Mistake(
        lambda x: (x.amax(-1) + _by_hand(x, x.amax(-1)).log())[..., None],
        "The numbers are right, and there is one axis too many: x - logsumexp(x).unsqueeze(-1) of the notebook would "
        "broadcast wrongly. squeeze(-1) the result, as torch.logsumexp does without keepdim",
    ),
    Mistake(
        lambda x: x.amax(-1) + (x - x.amax(-1)[:, None]).exp().sum(-1).log(),
        "[:, None] adds an axis in second place, which is the last one of two only: [..., None] is always the last",
    ),
    Mistake(
        lambda x: x.argmax(-1) + _by_hand(x, x.argmax(-1)).log(), "x.max(-1)[1] is where the maximum stands: take [0]"
    ),
    Mistake(lambda x: _over(x, 0), "Axis 0 goes over the rows: the classes are the last axis, -1"),
    Mistake(lambda x: _over(x, 1), "Axis 1 is the last one only where there are two: the classes are axis -1"),
    Mistake(lambda x: x.max() + (x - x.max()).exp().sum().log(), "sum() adds up the whole batch: use sum(-1)"),
    Mistake(
        lambda x: x.exp().sum().log(), "sum() adds up the whole batch: use sum(-1), and take the maximum out first"
    ),
    Mistake(_in_place, "`x -= m` and the like change the logits of whoever calls: write x - m"),
    Mistake(
        lambda x: _over(x.float(), -1),
        "A conversion to float32 is not undone: give the answer back in the logits' own dtype, with .to(x.dtype)",
    ),
    Mistake(
        lambda x: _over(x.float(), -1).to(x.dtype),
        "A conversion to float32 drops half the digits of float64: compute in the dtype given",
    ),
)
WITH_NUMBER = (
    Mistake(lambda x, number: (x.exp().sum(-1) + number).log(), _EPSILON),
    Mistake(lambda x, number: x.amax(-1) + (_by_hand(x, x.amax(-1)) + number).log(), _EPSILON),
    Mistake(lambda x, number: x.exp().sum(-1).clamp(min=number).log(), _EPSILON),
    Mistake(lambda x, number: x.clamp(max=number).exp().sum(-1).log(), _CLAMP),
    Mistake(lambda x, number: x.clamp(-abs(number), abs(number)).exp().sum(-1).log(), _CLAMP),
    Mistake(
        lambda x, number: (x - number).exp().sum(-1).log() + number,
        "One shift for all rows fits only those near it: take each row's own maximum, x.max(-1)",
    ),
)


def reasons(answers: Mapping[Case, Answer], failed: Sequence[Case], constants: Sequence[float]) -> dict[Case, str]:
    """Why each failed case failed, where a known mistake gives the same answer there.

    answers:   the visitor's, to every case
    constants: the numbers in the visitor's code
    Of several such mistakes the one is named that agrees with the visitor in most cases, most closely.
    """
    tried = [(it, _answers(it.wrong)) for it in MISTAKES]
    chosen = [number for number in dict.fromkeys(constants) if number not in _AXES]
    for number in chosen[:_MOST_CONSTANTS]:
        for family in WITH_NUMBER:
            tried.append((family, _asked(partial(family.wrong, number=number))))
    rated = [(it, theirs, _alike(answers, theirs)) for it, theirs in tried]
    found = {}
    for case in failed:
        fitting = [
            (it.of_extra and case.extra, alike, it.because)
            for it, theirs, alike in rated
            if _same(answers[case], theirs[case])
        ]
        if fitting:
            found[case] = max(fitting, key=lambda it: it[:2])[2]
    return found


def _alike(answers: Mapping[Case, Answer], theirs: Mapping[Case, Answer]) -> tuple[int, int]:
    """In how many cases two functions agree but for rounding, and in how many to the last bit."""
    pairs = [(answers[case], theirs[case]) for case in CASES]
    tensors = [(a, b) for a, b in pairs if isinstance(a, Tensor) and isinstance(b, Tensor)]
    return sum(_same(a, b) for a, b in pairs), sum(torch.equal(a, b) for a, b in tensors)


@cache
def _answers(wrong: Callable[[Tensor], Tensor]) -> dict[Case, Answer]:
    return _asked(wrong)


def _asked(wrong: Callable[[Tensor], Tensor]) -> dict[Case, Answer]:
    def with_torchs_words(x: Tensor) -> Tensor:
        try:
            return wrong(x)
        except (RuntimeError, IndexError) as error:
            raise WentWrong(f"torch says: {said(error)}") from None

    return {case: case.answer(with_torchs_words) for case in CASES}


def _same(a: Answer, b: Answer) -> bool:
    if isinstance(a, WentWrong) or isinstance(b, WentWrong):
        return isinstance(a, WentWrong) and isinstance(b, WentWrong) and a.sentence == b.sentence
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    eps = torch.finfo(a.dtype).eps if a.is_floating_point() else 0
    return torch.allclose(a, b, rtol=4 * eps, atol=4 * eps, equal_nan=True)
