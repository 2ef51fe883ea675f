"""Rows as people type them, and as nobody should."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.rows import MOST_CLASSES, parse_row


@pytest.mark.parametrize("text", ["1, 2, 89", "1 2 89", "[1.0, 2e0; 89]", "  1,2,\n89,"])
def test_rows_as_people_type_them(text):
    assert parse_row(text, "float32").tolist() == [1.0, 2.0, 89.0]


def test_the_row_is_rounded_to_the_dtype_and_may_have_one_class_or_a_masked_one():
    assert parse_row("0.1", "float16").tolist() == torch.tensor([0.1], dtype=torch.float16).tolist()
    assert parse_row("1 -inf", "float64").tolist() == [1.0, -math.inf]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no logit here"),
        (" , ;", "no logit here"),
        ("1, two", "'two' is not a number"),
        ("1, <b>x</b>", "is not a number"),
        ("nan, 1", "nan cannot be a logit"),
        ("inf 1", "inf cannot be a logit"),
        ("1e999", "1e999 cannot be a logit"),
        ("-inf -inf", "Every class is masked"),
        ("1 " * (MOST_CLASSES + 1), f"at most {MOST_CLASSES} fit"),
    ],
)
def test_what_is_no_row_is_refused_with_a_reason(text, said):
    with pytest.raises(ValueError, match=said):
        parse_row(text, "float32")


def test_a_logit_beyond_the_dtype_is_named():
    with pytest.raises(ValueError, match="-70000 is beyond the largest float16, 65504"):
        parse_row("1, -70000", "float16")


@given(st.text(max_size=60))
def test_any_text_gives_a_row_or_a_reason(text):
    try:
        row = parse_row(text, "float32")
    except ValueError:
        return
    assert row.ndim == 1
    assert row.isfinite().any()


def test_a_long_text_is_refused_before_it_is_read():
    with pytest.raises(ValueError, match="These are 15,000,000 characters"):
        parse_row("1," * 7_500_000, "float32")
