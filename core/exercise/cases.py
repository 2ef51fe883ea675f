"""What the visitor's function is asked, in order, and what the right answer is.

The cases of the core are those that the notebook's own function passes. The extra ones go beyond it: there its
maximum is infinite, and inf - inf is nan.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

import numpy as np
import torch
from torch import Tensor

from core.dtypes import dtype_name, shortest
from core.exercise.errors import WentWrong
from core.reference import AVAILABLE, as_floats, certified_losses, ulps

Answer: TypeAlias = Tensor | WentWrong
_ALLOWED_GAPS = 4  # of the dtype, at the right answer or at 1: the rounding of exps, sum and log, whatever their order
_SHOWN = 3  # numbers of an answer
_INF = math.inf


@dataclass(frozen=True, slots=True)
class Case:
    """One question to the function.

    checks: what it is good for
    logits: makes them anew
    about:  whether the values are judged, the gradient of their sum, or the logits afterwards
    extra:  whether the notebook's own function fails it
    """

    name: str
    checks: str
    logits: Callable[[], Tensor]
    about: Literal["values", "gradient", "input"] = "values"
    extra: bool = False

    def answer(self, function: Callable[[Tensor], Tensor]) -> Answer:
        """What the function makes of the case: a tensor, or how it went wrong."""
        x = self.logits()
        try:
            if self.about == "gradient":
                return _gradient(function, x)
            values = function(x)
            return x if self.about == "input" else values.detach()
        except WentWrong as wrong:
            return wrong

    def __reduce__(self) -> tuple[Callable[[str], "Case"], tuple[str]]:
        """Pickled by its name: the function that makes its logits has none of its own."""
        return case_named, (self.name,)

    def truth(self) -> Tensor:
        """The right answer in float64: (...,) for values, the shape of the logits for the others."""
        return _truth(self)


def _gradient(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    leaf = x.requires_grad_(True)
    values = function(leaf.clone())  # a leaf itself could not be changed in place, which is another case's business
    if not values.requires_grad:
        raise WentWrong("no gradient reaches the logits: what item() or detach() gives carries none")
    try:
        return torch.autograd.grad(values.sum(), leaf)[0]
    except RuntimeError as error:
        raise WentWrong(f"torch says: {str(error).partition(':')[0][:200]}") from None


@cache
def _truth(case: Case) -> Tensor:
    """Certified where every row has a finite answer and python-flint is there; else torch's, in float64."""
    x = case.logits()
    if case.about != "values":
        return x.double() if case.about == "input" else x.double().softmax(-1)
    rows = x.reshape(-1, x.shape[-1])
    largest, at = rows.double().max(-1)
    if not (AVAILABLE and largest.isfinite().all()):
        return x.double().logsumexp(-1)
    return (largest + torch.from_numpy(as_floats(certified_losses(rows, at)))).reshape(x.shape[:-1])


def fault(case: Case, answer: Answer) -> str | None:
    """What is wrong with an answer; None where nothing is."""
    if isinstance(answer, WentWrong):
        return str(answer)
    x, truth = case.logits(), case.truth()
    if answer.shape != truth.shape:
        return f"Shape {tuple(answer.shape)} for logits of shape {tuple(x.shape)}; right is {tuple(truth.shape)}."
    if answer.dtype != x.dtype:
        return f"{str(answer.dtype).removeprefix('torch.')} for logits in {dtype_name(x.dtype)}."
    wrong = ~_right(answer, truth)
    if not wrong.any():
        return None
    place = tuple(wrong.nonzero()[0].tolist())
    where = f"Row {place[0]}" if len(place) == 1 else f"At {place}"
    got, right = shortest(answer[place].item(), dtype_name(x.dtype)), _short(truth[place], x.dtype)
    return f"{where} is {got}, right is {right}."


def _right(answer: Tensor, truth: Tensor) -> Tensor:
    """Which numbers are within the allowance: bool. Infinities must be the same."""
    with np.errstate(invalid="ignore"):  # the gap at inf
        gaps = torch.from_numpy(ulps(truth.abs().clamp(min=1).numpy(), dtype_name(answer.dtype)))
    close = (answer.double() - truth).abs() <= _ALLOWED_GAPS * gaps
    return torch.where(truth.isfinite(), close, answer.double() == truth)


def came_out(case: Case, answer: Tensor) -> str:
    """The first numbers of a right answer."""
    flat = answer.flatten()
    shown = ", ".join(shortest(it, dtype_name(answer.dtype)) for it in flat[:_SHOWN].tolist())
    what = {"values": "", "gradient": "gradient ", "input": "still "}[case.about]
    return f"{what}{shown}{', …' if len(flat) > _SHOWN else ''}"


def _short(value: Tensor, dtype: torch.dtype) -> str:
    return shortest(value.to(dtype).item(), dtype_name(dtype))


def _rows(*rows: tuple[float, ...], dtype: torch.dtype = torch.float32) -> Callable[[], Tensor]:
    return lambda: torch.tensor(rows, dtype=dtype)


CASES = (
    Case(
        "Small logits",
        "4 rows of 10, about ±0.3, as in the notebook",
        lambda: torch.linspace(-0.3, 0.3, 40).reshape(10, 4).T.contiguous(),
    ),
    Case("As many rows as classes", "a wrong broadcast goes unnoticed here", _rows((1, 2, 3), (0, 0, 5), (-1, 4, 2))),
    Case("One class", "the answer is the logit itself", _rows((3,), (-200,), (0,))),
    Case("Ties", "equal logits count each", _rows((2, 2, 2), (0, 0, -1))),
    Case("Large logits", "exp alone overflows", _rows((1000, 1001, 1002), (89, 50, 0))),
    Case("Very negative logits", "exp alone underflows to 0", _rows((-1000, -1001, -1002), (-104, -105, -106))),
    Case("Rows of very different size", "each row needs its own maximum", _rows((1000, 999), (0, 1), (-1000, -999))),
    Case("A masked class", "a single -inf adds nothing", _rows((0, 1, -_INF), (-_INF, -_INF, 5))),
    Case("An offset of 1e8", "float32 has steps of 8 there", _rows((1e8,) * 3, (1e8, 1e8 - 8, -1e8), (-1e8,) * 3)),
    Case("Leading axes", "shape (2, 3, 5) gives (2, 3)", lambda: torch.linspace(-9, 9, 30).reshape(2, 3, 5)),
    Case(
        "float16",
        "float16 in, float16 out; exp overflows from 11.1 on",
        _rows((12, 12, 11), (60000, 59968, 0), (-20, -21, -22), dtype=torch.float16),
    ),
    Case("float64", "all digits are kept", _rows((0.1, 0.2, 0.3), (-50, -51, -49.5), dtype=torch.float64)),
    Case(
        "The gradient",
        "autograd through your lines gives softmax",
        _rows((1, 2, 3), (0, 0, -1), (100, 0, -100)),
        "gradient",
    ),
    Case("The logits afterwards", "they are not changed", _rows((1, 2, 3), (-4, 5, 6)), "input"),
    Case("Every logit -inf", "a sum of nothing: log 0 is -inf", _rows((-_INF,) * 3, (0, 1, 2)), extra=True),
    Case("A logit of +inf", "the answer is +inf", _rows((_INF, 0, 1), (0, 1, 2), (_INF, _INF, -_INF)), extra=True),
)


def case_named(name: str) -> Case:
    """The case of this name."""
    return next(case for case in CASES if case.name == name)
