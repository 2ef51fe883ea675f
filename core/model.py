"""The notebook's two-layer network on MNIST: untrained, and trained for one epoch with the notebook's loop.

Source: fast.ai "03_minibatch_training", cells "Cross entropy loss" and "Basic training loop".
"""

from collections.abc import Iterator
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.data import CLASSES, PIXELS, Digits

Weights = Literal["untrained", "trained"]
WEIGHTS: tuple[Weights, ...] = ("untrained", "trained")
SEEDS = (0, 1, 2)

HIDDEN = 50
LEARNING_RATE = 0.5
BATCH_SIZE = 64
ROWS_AT_ONCE = 5_000
BATCHES_AT_ONCE = 50


class Model(nn.Module):
    """Pixels to logits: linear, relu, linear.

    The layers stand in a plain list, as in the notebook, so `parameters()` and `state_dict()` are empty.
    """

    def __init__(self, n_in: int, nh: int, n_out: int) -> None:
        super().__init__()
        self.layers = [nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out)]

    def __call__(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


def seeded_model(seed: int) -> Model:
    """An untrained model whose weights depend on `seed` alone; the global generator is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Model(PIXELS, HIDDEN, CLASSES)


def train_epoch(model: Model, digits: Digits, lr: float = LEARNING_RATE, batch_size: int = BATCH_SIZE) -> None:
    """One pass over the digits in their order, updating the layers one by one as the notebook does."""
    for start in range(0, len(digits), batch_size):
        rows = slice(start, start + batch_size)
        loss = F.cross_entropy(model(digits.pixels(rows)), digits.targets[rows])
        loss.backward()
        with torch.no_grad():
            for layer in model.layers:
                for parameter in layer.parameters():
                    if parameter.grad is not None:
                        parameter.sub_(parameter.grad * lr)
                        parameter.grad.zero_()


def logits_of(model: Model, digits: Digits) -> Tensor:
    """The model's answers: float32, (rows, 10), without a graph.

    In blocks of rows, since 50,000 x 784 pixels as floats would take 157 MB at once.
    """
    return torch.cat([*logit_blocks(model, digits)])


def logit_blocks(model: Model, digits: Digits) -> Iterator[Tensor]:
    """The model's answers to ROWS_AT_ONCE digits at a time."""
    for start in range(0, len(digits), ROWS_AT_ONCE):
        with torch.no_grad():
            block = model(digits.pixels(slice(start, start + ROWS_AT_ONCE)))
        yield block


def prepared(weights: Weights, seed: int, digits: Digits) -> Model:
    """The model with these weights: as initialised, or after one epoch on these digits."""
    *_, model = preparing(weights, seed, digits)
    return model


def preparing(weights: Weights, seed: int, digits: Digits) -> Iterator[Model]:
    """The model on its way to these weights, after every BATCHES_AT_ONCE batches; the last one is prepared."""
    model = seeded_model(seed)
    yield model
    if weights == "trained":
        for part in digits.split(BATCHES_AT_ONCE * BATCH_SIZE):
            train_epoch(model, part)
            yield model


def logits(weights: Weights, seed: int, digits: Digits) -> Tensor:
    """Logits of all digits by the model with these weights: float32, (rows, 10)."""
    return logits_of(prepared(weights, seed, digits), digits)
