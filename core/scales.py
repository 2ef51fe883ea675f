"""What a scale may be: numbers alone, without torch, which loads for seconds."""

import math

SCALE_LIMITS = (0.1, 10_000.0)


def six_digits(value: float) -> float:
    """The value as a link writes it: six significant digits."""
    return float(f"{value:.6g}") if math.isfinite(value) else value
