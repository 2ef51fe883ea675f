"""The three logits that a visitor finds on several pages."""

import torch

from core.view import View
from tests.truth import torch_says
from tests.truth.claims.reasons import Row

LOGITS, TARGET = (1.0, 2.0, 89.0), 0


def own_row(view: View, formula: str) -> Row:
    """They, in the view's dtype, on their way through a formula."""
    return Row(torch.tensor(LOGITS, dtype=torch_says.logits(view).dtype), TARGET, formula)


def digit_row(view: View, formula: str) -> Row:
    """The digit that the view shows, on its way through a formula."""
    chosen = torch_says.chosen(view)
    return Row(torch_says.logits(view)[chosen], int(torch_says.targets()[chosen]), formula)
