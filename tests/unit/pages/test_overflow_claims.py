"""What the overflow lab claims: each sentence has a form for none, one and all, and says what the results say."""

import numpy as np
import pytest

from core.outcomes import CAUSES
from core.sweep import NEVER, SCALES
from core.view import View
from pages.parts.cached_labs import Forecast
from pages.parts.claims import overflow

END = SCALES[-1]


def forecast(critical, measured=None, **causes):
    """causes: cause, its spaces as underscores -> how many digits it costs at most"""
    counts = np.array([[causes.get(cause.replace(" ", "_"), 0) for cause in CAUSES]])
    steps = measured or [NEVER] * len(critical)
    predicted = np.searchsorted(SCALES, critical).astype(np.int16)
    return Forecast(counts, np.array(critical), predicted, np.array(steps, np.int16))


def test_what_each_cause_costs_at_most():
    told = forecast([1.0, 2.0], exp_overflows=2, sum_overflows=1)
    assert overflow.causes(View(), "log_of_softmax", told).endswith(
        "as the closed form has it: exp overflows (up to all 2 digits), sum overflows (up to 1 digit)."
    )
    assert overflow.causes(View(), "log1p_nll", forecast([np.inf])).endswith(", loses no digit on the track.")


@pytest.mark.parametrize(
    ("apart", "dtype", "said"),
    [
        (0, "float16", "They agree on every one of the 50,000 digits."),
        (
            1,
            "float16",
            "They disagree on 1 digit of 50,000. It stands within a hair of an end of the dtype: in 16 bits",
        ),
        (
            2,
            "float32",
            "They disagree on 2 digits of 50,000. Those stand within a hair of an end of the dtype, as near",
        ),
    ],
)
def test_on_how_many_both_disagree(apart, dtype, said):
    told = overflow.disagreement(apart, 50_000, dtype)
    assert told.startswith(said)
    assert ("16 bits" in told) is (apart > 0 and dtype == "float16")


@pytest.mark.parametrize(
    ("critical", "said"),
    [
        ([np.inf] * 3, "no digit is lost on the track."),
        ([5.0, np.inf, np.inf], "has it, 1 digit is lost on the track."),
        ([5.0, 6.0, np.inf], "half of the digits are lost by ×6, and 2 digits are lost on the track."),
        ([5.0, 6.0, 7.0], "half of the digits are lost by ×6, and all 3 digits are lost on the track."),
        ([5.0, 2 * END, 3 * END], "has it, 1 digit is lost on the track."),
    ],
)
def test_half_of_the_digits_are_lost_only_where_half_are(critical, said):
    assert overflow.spread(forecast(critical)).endswith(said)


@pytest.mark.parametrize(
    ("critical", "measured", "said"),
    [
        ([np.inf, np.inf], [NEVER, NEVER], "By prediction no digit is lost on the track. Torch loses none either."),
        ([np.inf, np.inf], [NEVER, 9], f"on the track. Torch loses digit 1 on the step to ×{SCALES[9]:g}."),
        (
            [7.0, 5.0],
            [NEVER, NEVER],
            "Predicted: digit 1 is the first to go, at ×5. Measured at the steps of the track: torch",
        ),
        ([7.0, 5.0], [9, 8], f": torch loses digit 1 first, on the step to ×{SCALES[8]:g}."),
        ([5.1, 5.0], [8, 8], ": torch loses 2 digits, that one among them, first, on the step"),
        ([5.1, 5.2, 5.0], [8, 8, 9], ": torch loses 2 digits, digit 0 among them, first, on the step"),
    ],
)
def test_which_digit_goes_first(critical, measured, said):
    assert said in overflow.first(forecast(critical, measured))
