"""The table holds what the formulas give, and reads back to the same numbers in any dtype."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.dtypes import DTYPES, scaled, torch_dtype
from core.exports import table
from core.losses import FORMULAS
from core.outcomes import CAUSES, causes

VIEWS = [(dtype, weights, scale) for dtype in DTYPES for weights, scale in (("untrained", 300.0), ("trained", 1e4))]
ROWS = torch.arange(49_999, -1, -41)  # in no particular order


@pytest.fixture(scope="module", params=VIEWS, ids=lambda it: "-".join(map(str, it)))
def written(request, logits, digits):
    dtype, weights, scale = request.param
    text = table.lines(table.losses(ROWS, logits[weights], digits.targets, scale, dtype))
    x = scaled(logits[weights][ROWS], scale, dtype)
    return f"{table.HEAD}\n{text}", x, digits.targets[ROWS]


def read_back(column, dtype):
    """Decimals as the dtype takes them: through float64, as Python and pandas read."""
    return torch.tensor([float(text) for text in column], dtype=torch.float64).to(dtype)


def test_every_loss_and_logit_reads_back_to_the_last_bit(written):
    text, x, targets = written
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [int(line["digit"]) for line in lines] == ROWS.tolist()
    assert [int(line["target"]) for line in lines] == targets.tolist()
    for label in range(10):
        assert torch.equal(read_back([line[f"logit_{label}"] for line in lines], x.dtype), x[:, label])
    for name, formula in FORMULAS.items():
        found, expected = read_back([line[name] for line in lines], x.dtype), formula.per_sample(x, targets)
        assert torch.equal(found.isnan(), expected.isnan())
        assert torch.equal(
            found.nan_to_num(7.0, torch.inf, -torch.inf), expected.nan_to_num(7.0, torch.inf, -torch.inf)
        )
        why = [CAUSES[code] for code in causes(name, x, targets, expected)]
        assert [line[f"{name}_cause"] for line in lines] == why


def test_pandas_reads_it_as_it_stands(written):
    text, x, targets = written
    frame = pd.read_csv(io.StringIO(text), keep_default_na=False, na_values={name: ["nan"] for name in FORMULAS})
    for name, formula in FORMULAS.items():
        assert frame[name].dtype == np.float64
        lost = ~formula.per_sample(x, targets).isfinite()
        assert np.array_equal(~np.isfinite(frame[name]), lost.numpy())
        assert np.array_equal(frame[f"{name}_cause"] != "none", lost.numpy())


def test_lost_losses_are_written_as_words(logits, digits):
    text = table.lines(table.losses(ROWS, logits["trained"], digits.targets, 1e4, "float16"))
    cells = set(text.replace("\n", ",").split(","))
    assert {"inf", "-inf", "nan"} <= cells


def test_all_rows_at_once_or_in_pieces_are_the_same_losses(logits, digits):
    """So a table that is sent in pieces holds what the pages computed in one go."""
    rows = torch.arange(len(digits))
    for dtype in DTYPES:
        whole = table.losses(rows, logits["untrained"], digits.targets, 300.0, dtype)
        part = table.losses(rows[2_500:5_000], logits["untrained"], digits.targets, 300.0, dtype)
        for name in FORMULAS:
            assert torch.equal(part.nll[name].nan_to_num(-1), whole.nll[name][2_500:5_000].nan_to_num(-1))


@pytest.mark.parametrize("dtype", DTYPES)
@given(numbers=st.lists(st.floats(width=64), min_size=1, max_size=20))
def test_any_number_reads_back(dtype, numbers):
    values = torch.tensor(numbers, dtype=torch.float64).to(torch_dtype(dtype))
    back = read_back(table.texts(values), values.dtype)
    assert torch.equal(back.isnan(), values.isnan())
    assert torch.equal(back[~back.isnan()], values[~values.isnan()])


def test_the_digits_are_as_few_as_name_the_number():
    for dtype in ("float16", "bfloat16", "float32"):
        assert table.texts(torch.tensor([0.1], dtype=torch_dtype(dtype))).tolist() == ["0.1"]
