"""How much a visitor's code may ask of the machine: numbers in a tensor, size of an int, processor time."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, TypeAlias

import torch
from torch import Tensor

from core.exercise.errors import Refused, WentWrong, said

Value: TypeAlias = Any

LEAST_NUMBERS, TIMES_THE_INPUT, MOST_AXES = 4096, 4, 8
MOST_SECONDS = 1.0  # far more than 400 nodes on tensors this small take: for what nobody thought of
LARGEST_INT, LARGEST_EXPONENT = 2**31, 64
_FAILURES = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


@dataclass(slots=True)
class Clock:
    """Until when, in processor time of this thread, a visitor's code may go on."""

    ends: float = field(default_factory=lambda: time.thread_time() + MOST_SECONDS)

    def check(self, line: int) -> None:
        if time.thread_time() > self.ends:
            raise Refused(f"this takes longer than {MOST_SECONDS:g} s: a few operations are enough", line)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one call: how many numbers a tensor may have, and the clock."""

    most_numbers: int
    clock: Clock

    @classmethod
    def of(cls, logits: Tensor, clock: Clock) -> "Bounds":
        return cls(max(LEAST_NUMBERS, TIMES_THE_INPUT * logits.numel()), clock)

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
        self.clock.check(line)
        return self._checked(result, line)

    def _checked(self, value: Value, line: int) -> Value:
        if isinstance(value, Tensor):
            if math.prod(value.shape) > self.most_numbers or value.ndim > MOST_AXES:
                raise Refused(f"more than {self.most_numbers:,} numbers or {MOST_AXES} axes are not needed here", line)
            return value
        if isinstance(value, tuple):
            return tuple(self._checked(it, line) for it in value)
        if isinstance(value, int) and abs(value) > LARGEST_INT:
            raise Refused("this whole number is too large: use a float such as 1e10", line)
        if isinstance(value, int | float | torch.dtype) or value is None:
            return value
        raise Refused("only real numbers and tensors are allowed here", line)


def _broadcast(values: Sequence[Value]) -> int:
    """At least as many numbers as these tensors have when broadcast together."""
    shapes = [reversed(it.shape) for it in values if isinstance(it, Tensor)]
    return math.prod(max(sizes) for sizes in zip_longest(*shapes, fillvalue=1))
