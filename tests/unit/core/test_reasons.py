"""Why a row's loss is what it is: each sentence is true of the row it is said of."""

import math
from itertools import product

import pytest
import torch

from core.dtypes import DTYPES, limits, torch_dtype
from core.reasons import reason
from core.walk import WALKS, walk
from tests.truth.claims.reasons import Row, bears_out


def rows(dtype):
    """Rows at the ends of the dtype, and rows that some operation takes out of it."""
    ends = limits(dtype)
    over, under, most = math.ceil(ends.first_inf_exp), math.floor(ends.last_nonzero_exp), ends.largest
    values = (0.0, 1.0, over - 1.0, over, under - 1.0, under / 2 - 1, -under / 2 + 1, most, -most, -math.inf)
    return [torch.tensor(row, dtype=torch_dtype(dtype)) for row in product(values, repeat=3)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("formula", WALKS)
def test_the_sentence_is_true_of_the_row(dtype, formula):
    wrong = []
    for row in rows(dtype):
        if row.isneginf().all():
            continue
        told = reason(walk(formula, row, 0), dtype)
        if not bears_out(told, Row(row, 0, formula)):
            wrong.append((row.tolist(), told))
    assert not wrong


def test_a_step_that_this_loss_does_not_need_may_be_infinite():
    told = reason(walk("log_of_softmax", torch.tensor([0.0, -110.0]), 0), "float32")
    assert told.startswith("Not every step stays finite, but all that this loss needs do: the loss is 0.")
