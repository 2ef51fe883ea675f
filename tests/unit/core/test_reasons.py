"""Sentences about a row's loss: true of the steps they are about."""

import itertools
import math
import re

import pytest
import torch

from core.dtypes import DTYPES, limits, torch_dtype
from core.reasons import reason
from core.walk import WALKS, walk
from tests.truth.claims.reasons import Row, bears_out

EDGES = {dtype: (limits(dtype).last_finite_exp, limits(dtype).last_nonzero_exp) for dtype in DTYPES}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("formula", WALKS)
def test_every_step_is_said_to_be_finite_only_where_it_is(dtype, formula):
    high, low = EDGES[dtype]
    values = (0.0, 1.0, high, 1.1 * high, low, 1.1 * low, -torch.inf)
    for row in itertools.product(values, repeat=3):
        x = torch.tensor(row, dtype=torch_dtype(dtype))
        for target in range(3):
            walked = walk(formula, x, target)
            said = reason(walked, dtype)
            bad = {
                j for step in walked.steps if step.values.ndim for j in range(3) if not step.values[j].isfinite().item()
            }
            assert ("Every step stays finite" in said) is (
                walked.nll.isfinite().item() and not bad and all(step.values.isfinite().all() for step in walked.steps)
            )
            if named := re.search(r"[Oo]nly class(?:es)? ([\d, and]+) (?:is|are) not", said):
                assert {int(it) for it in re.findall(r"\d+", named[1])} == bad
                assert target not in bad


def test_a_class_that_is_not_the_target_may_be_lost_and_is_named():
    x = torch.tensor([0.0, 1.0, -104.5])
    assert reason(walk("log_of_softmax", x, 1), "float32") == (
        "On the way only class 2 is not finite, and the target is class 1: the loss is 0.31326166. "
        "Finite is not yet right."
    )


def test_several_classes_that_are_lost_are_all_named():
    x = torch.tensor([3.0, -torch.inf, -torch.inf, 1.0])
    said = reason(walk("log_of_softmax", x, 0), "float32")
    assert "only classes 1 and 2 are not finite, and the target is class 0" in said


def rows(dtype):
    """Rows at the ends of the dtype, and rows that some operation takes out of it."""
    ends = limits(dtype)
    over, under = math.ceil(ends.first_inf_exp), math.floor(ends.last_nonzero_exp)
    values = (0.0, over - 1.0, over, under - 1.0, under / 2 - 1, -under / 2 + 1, -ends.largest)
    return (torch.tensor(row, dtype=torch_dtype(dtype)) for row in itertools.product(values, repeat=3))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("formula", WALKS)
def test_all_that_is_said_is_true_of_the_row(dtype, formula):
    told = [(row, reason(walk(formula, row, 0), dtype)) for row in rows(dtype)]
    assert not [(row.tolist(), said) for row, said in told if not bears_out(said, Row(row, 0, formula))]
