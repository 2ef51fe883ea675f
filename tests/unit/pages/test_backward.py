"""The table of a row's way back: its last column is what its head says, alone and in the mean of a batch."""

import re

import pytest
import torch

from core.backward import backward_walk
from core.gradients import gradients, right_gradient
from core.training import BATCH_SIZE
from pages.parts import backward

ROW, TARGET = (0.5, -1.0, 2.0), 1


def cells(markup: str) -> list[list[str]]:
    """The table's lines, its heads first, without markup."""
    lines = re.findall(r"<tr.*?>(.*?)</tr>", markup, re.DOTALL)
    return [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL)]
        for line in lines
    ]


@pytest.mark.parametrize(
    ("rows", "head", "said"),
    [
        (1, "softmax - one-hot", "The gradient of the loss of digit 7 on its way back, from left to right"),
        (BATCH_SIZE, "(softmax - one-hot) / 64", "1 / 64 of it, as in the mean of a batch"),
    ],
)
def test_the_last_column_is_what_its_head_says(rows, head, said):
    x, targets = torch.tensor([ROW], dtype=torch.float64), torch.tensor([TARGET])
    right = right_gradient(x, targets)[0]
    shown = backward.table(backward_walk("log_of_softmax", x[0], TARGET, 1 / rows), right, "float64", "digit 7")
    heads, *lines = cells(shown)
    assert heads[-1] == head
    assert said in shown
    own = gradients("log_of_softmax", x, targets, 1 / rows)[0].tolist()
    for line, expected, by_torch in zip(lines, (right / rows).tolist(), own, strict=True):
        assert float(line[-1]) == expected
        assert float(line[-2]) == pytest.approx(by_torch)  # what it is put beside
        assert expected == pytest.approx(by_torch)
