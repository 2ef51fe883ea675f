"""What unit tests share: the digits, and the logits that the notebook's model gives them."""

import pytest
import torch
from hypothesis import settings

from core import data, model

# The same examples in every run, so that a failure in CI fails on a laptop too.
settings.register_profile("unit", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("unit")


@pytest.fixture(scope="session", autouse=True)
def one_torch_thread():
    """On a busy machine two threads wait for each other at every small step: training takes 30 s instead of 1."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def mnist():
    """The training and the validation digits."""
    return data.load()


@pytest.fixture(scope="session")
def digits(mnist):
    """The 50,000 training digits."""
    return mnist[0]


@pytest.fixture(scope="session")
def logits(digits):
    """Logits of all training digits by seed 0: {"untrained": (50000, 10), "trained": (50000, 10)}."""
    return {weights: model.logits(weights, 0, digits) for weights in model.WEIGHTS}
