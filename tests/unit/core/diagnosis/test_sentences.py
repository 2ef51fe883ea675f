"""What is said of batches of no row, one and some: nothing in it smells of another batch."""

from itertools import product

import pytest
import torch

from core.diagnosis import diagnosis, measured
from core.diagnosis.headroom import known
from core.diagnosis.headroom import sentence as of_headroom
from core.diagnosis.notes import notes
from core.diagnosis.words import outcome
from core.dtypes import DTYPES
from core.view import View
from tests.truth.smells import smells

INF, NAN = torch.inf, torch.nan
ROWS = {
    "sound": [0.5, 1, 2],
    "equal": [0, 0, 0],
    "learnt": [60, 0, 0],
    "large": [900, 0, 1],
    "gradient lost": [0, 1, -18.5],
    "beyond": [1e5, 0, 0],
    "masked": [1, 2, -INF],
    "all masked": [-INF, -INF, -INF],
    "nan": [NAN, 1, 2],
    "inf": [INF, 1, 2],
    "probabilities": [0.25, 0.25, 0.5],
    "far below": [0, -30_000, -40_000],
}
TARGETS = (0, 2, -100, 7)


def told(rows, targets, dtype):
    """Every sentence about a batch."""
    batch = torch.tensor([ROWS[name] for name in rows], dtype=torch.float32).reshape(len(rows), 3)
    report = measured(batch, torch.tensor(targets, dtype=torch.int64), dtype)
    said = diagnosis(report)
    headroom = [of_headroom(report)] if known(report) else []
    return [said.sentence, said.why, outcome(said.remedy), *notes(report, said), *headroom]


@pytest.mark.parametrize("dtype", DTYPES)
def test_no_sentence_about_a_small_batch_smells(dtype):
    singles = [((name,), (target,)) for name, target in product(ROWS, TARGETS)]
    pairs = [((a, b), (0, target)) for a, b, target in product(ROWS, ROWS, TARGETS[1:3])]
    smelt = {
        f"{smell} of {rows} with {targets}"
        for rows, targets in [((), ()), *singles, *pairs]
        for said in told(rows, targets, dtype)
        for smell in smells(said, View())
    }
    assert not smelt


def test_a_row_that_is_never_lost_has_no_scale():
    said = told(["equal"], [0], "float32")
    assert said[-1].startswith("Of 1 row, as its logits grow. log of softmax: never lost; its gradient: never lost;")


def test_half_of_the_rows_are_lost_only_where_half_are():
    said = told(["large", "equal", "equal"], [0, 0, 0], "float32")[-1]
    assert "log of softmax: 1 lost already, most never; its gradient" in said
    assert "half by" in told(["sound", "sound", "equal"], [0, 0, 0], "float32")[-1]
    assert "log of softmax: none is ever lost" in told(["equal", "equal"], [0, 0], "float32")[-1]
    assert "log of softmax: 2 lost already; its gradient" in told(["large", "large"], [0, 0], "float32")[-1]


@pytest.mark.parametrize(("rows", "said"), [(["sound"], "on the one row."), (["sound"] * 2, "on all 2 rows.")])
def test_nothing_fails_on_the_one_row_or_on_all(rows, said):
    assert told(rows, [0] * len(rows), "float64")[0].endswith(said)
