"""Batches that go wrong, made by code: each the size of one that people train on."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from core.diagnosis.reading import Batch
from core.dtypes import Dtype

_ROWS = 64
_VOCABULARY = 50_257  # of GPT-2


@dataclass(frozen=True, slots=True)
class Example:
    """about: what it is; dtype: in which it goes wrong; made: from the trained model's logits of some digits."""

    about: str
    dtype: Dtype
    made: Callable[[Batch], Batch]


def trained_mlp(digits: Batch) -> Batch:
    """The first batch of the notebook's training set, by the notebook's model after one epoch, in float16."""
    return Batch(digits.logits[:_ROWS].half(), digits.targets[:_ROWS])


def masked_attention(_digits: Batch) -> Batch:
    """Scores of eight queries over eight keys, each of which sees itself and those before it.

    The first two keys are padding, so the first two queries see nothing.
    """
    size, padding = 8, 2
    scores = torch.randn(size, size, generator=torch.Generator().manual_seed(0)) * 3
    hidden = torch.ones(size, size, dtype=torch.bool).triu(1)
    hidden[:, :padding] = True
    return Batch(scores.masked_fill(hidden, -torch.inf), torch.arange(size))


def vocabulary(_digits: Batch) -> Batch:
    """Eight positions of a language model: no logit is large, but there are many."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(8, _VOCABULARY, generator=generator) * 1.5
    return Batch(logits.half(), torch.randint(_VOCABULARY, (8,), generator=generator))


def empty(_digits: Batch) -> Batch:
    """What a filter leaves that keeps nothing."""
    return Batch(torch.zeros(0, 10), torch.zeros(0, dtype=torch.int64))


EXAMPLES = {
    "trained MLP": Example(f"{_ROWS} digits", "float16", trained_mlp),
    "masked attention": Example("a causal mask over padding", "float32", masked_attention),
    "large vocabulary": Example("eight positions of a language model", "float16", vocabulary),
    "empty batch": Example("what a filter leaves that keeps nothing", "float32", empty),
}
