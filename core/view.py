"""The View: everything a link restores, and nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from core.dtypes import DTYPES, Dtype
from core.model import SEEDS, WEIGHTS, Weights
from core.scales import SCALE_LIMITS, six_digits

SAMPLES = 50_000


@dataclass(frozen=True, slots=True)
class View:
    """What the visitor looks at.

    scale:   multiplies every logit, 0.1 to 10,000, six significant digits
    dtype:   the float format of logits and losses
    weights: untrained, or trained for one epoch
    seed:    of the weights
    sample:  row in the training set whose digit is shown, or None for the first one to fail

    Raises: ValueError naming the field. `View.parse` takes anything and falls back instead.
    """

    scale: float = 1.0
    dtype: Dtype = "float32"
    weights: Weights = "untrained"
    seed: int = 0
    sample: int | None = None

    def __post_init__(self) -> None:
        low, high = SCALE_LIMITS
        numeric = isinstance(self.scale, (int, float))
        if not numeric or not low <= self.scale <= high or self.scale != six_digits(self.scale):
            raise ValueError(f"scale is {self.scale!r}; it must be {low} to {high:,.0f} with six significant digits")
        for name, choices in (("dtype", DTYPES), ("weights", WEIGHTS), ("seed", SEEDS)):
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} is {getattr(self, name)!r}; choose one of {', '.join(map(str, choices))}")
        if self.sample is not None and self.sample not in range(SAMPLES):
            raise ValueError(f"sample is {self.sample!r}; it must be 0 to {SAMPLES - 1:,}, or None")

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> "View":
        """The View that these values describe; each field that is missing or wrong gets its default.

        Numbers may come as text, scales with more digits than a View keeps.
        """
        return cls(**{name: value for name, value in cls._read(raw).items() if value is not _WRONG})

    @classmethod
    def ignored(cls, raw: Mapping[str, Any]) -> list[str]:
        """The fields whose values `parse` passes over, in their order. What is no field is nobody's to judge."""
        return [name for name, value in cls._read(raw).items() if value is _WRONG]

    @classmethod
    def _read(cls, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Each field that is there: its value, or _WRONG."""
        read: dict[str, Any] = {}
        for name in _READERS.keys() & raw.keys():
            try:
                read[name] = _READERS[name](raw[name])
                cls(**{name: read[name]})
            except (TypeError, ValueError, OverflowError):
                read[name] = _WRONG
        return {name: read[name] for name in _READERS if name in read}

    def parameters(self) -> dict[str, str]:
        """The link's parameters: the fields that differ from the default, as text."""
        changed = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}
        return {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in changed.items()}

    def query(self) -> str:
        """The link's query string, `?` in front, or nothing for the default view."""
        changed = self.parameters()
        return f"?{urlencode(changed)}" if changed else ""


def _whole(raw: Any) -> int:
    """A whole number, as text or as a float. Raises ValueError for any other."""
    number = float(raw)
    if number != int(number):
        raise ValueError(f"{raw!r} is not a whole number")
    return int(number)


_WRONG = object()
_READERS: dict[str, Callable[[Any], object]] = {
    "scale": lambda raw: six_digits(float(raw)),
    "dtype": str,
    "weights": str,
    "seed": _whole,
    "sample": lambda raw: None if raw in (None, "") else _whole(raw),
}
# What each takes, for whoever is told that theirs was passed over.
TAKES: dict[str, str] = {
    "scale": f"{SCALE_LIMITS[0]:g} to {SCALE_LIMITS[1]:,.0f}",
    "dtype": f"{', '.join(DTYPES[:-1])} or {DTYPES[-1]}",
    "weights": " or ".join(WEIGHTS),
    "seed": f"{', '.join(map(str, SEEDS[:-1]))} or {SEEDS[-1]}",
    "sample": f"0 to {SAMPLES - 1:,}",
}
