"""How much a visitor's code may ask of the machine: numbers in a tensor, values in a tuple, size of an int.

Code has no loop and at most some hundred nodes (`core.exercise.source`), each does one operation, and what that works
on is bounded here: so are time and memory of the whole. `core.sandbox` ends what nobody thought of.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, TypeAlias

import torch
from torch import Tensor

from core.exercise.errors import Refused, WentWrong, said

Value: TypeAlias = Any

LEAST_NUMBERS, TIMES_THE_INPUT, MOST_AXES = 4096, 4, 8
MOST_VALUES = 64  # in a tuple: a shape has up to MOST_AXES, a pair two
LARGEST_INT, LARGEST_EXPONENT = 2**31, 64
_FAILURES = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one call: how many numbers a tensor may have."""

    most_numbers: int

    @classmethod
    def of(cls, logits: Tensor) -> "Bounds":
        return cls(max(LEAST_NUMBERS, TIMES_THE_INPUT * logits.numel()))

    def run(self, operate: Callable, given: Sequence[Value], line: int, **named: Value) -> Value:
        """The operation's result, a value of the interpreter: never on, and never giving, more than the bound.

        Raises: Refused where it would be too large or no such value; WentWrong where the operation itself refuses
        """
        if _broadcast([*given, *named.values()]) > self.most_numbers:
            raise Refused(
                f"this would make more than {self.most_numbers:,} numbers: keep to the shape of the logits", line
            )
        try:
            result = operate(*given, **named)
        except _FAILURES as error:
            raise WentWrong(f"torch says: {said(error)}", line) from None
        return self._checked(result, line)

    def tuple_of(self, values: Sequence[Value], line: int) -> tuple[Value, ...]:
        """A tuple of these. One in another holds no third: its size would grow with every line that doubles it."""
        if len(values) > MOST_VALUES:
            raise Refused(f"a tuple has at most {MOST_VALUES} values here: a shape or an index needs few", line)
        if any(isinstance(inner, tuple) for value in values if isinstance(value, tuple) for inner in value):
            raise Refused("tuples are nested too deeply: one in another is enough here", line)
        return tuple(values)

    def _checked(self, value: Value, line: int) -> Value:
        if isinstance(value, Tensor):
            if math.prod(value.shape) > self.most_numbers or value.ndim > MOST_AXES:
                raise Refused(f"more than {self.most_numbers:,} numbers or {MOST_AXES} axes are not needed here", line)
            return value
        if isinstance(value, tuple):
            return self.tuple_of([self._checked(it, line) for it in value], line)
        if isinstance(value, int) and abs(value) > LARGEST_INT:
            raise Refused("this whole number is too large: use a float such as 1e10", line)
        if isinstance(value, int | float | torch.dtype) or value is None:
            return value
        raise Refused("only real numbers and tensors are allowed here", line)


def _broadcast(values: Sequence[Value]) -> int:
    """At least as many numbers as these tensors have when broadcast together."""
    shapes = [reversed(it.shape) for it in values if isinstance(it, Tensor)]
    return math.prod(max(sizes) for sizes in zip_longest(*shapes, fillvalue=1))
