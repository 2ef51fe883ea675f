"""Every digit, at every step of the track, by every formula, forward and backward: torch beside the closed form.

Half an hour on one core: `pytest tests/truth -rP` also prints the counts.
"""

import pytest
import torch

from core import data, model
from core.dtypes import DTYPES
from tests.truth.closed_form import MOST_MOVED, held


@pytest.fixture(scope="module", autouse=True)
def one_torch_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def digits():
    return data.load()[0]


@pytest.mark.parametrize("seed", model.SEEDS)
@pytest.mark.parametrize("weights", model.WEIGHTS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_torch_disagrees_with_the_closed_form_within_a_hair_of_an_end_alone(digits, dtype, weights, seed):
    found = held(model.logits(weights, seed, digits), digits.targets, dtype)
    print(f"{dtype}, {weights}, seed {seed}: of {found.rows:,} {dict(found.apart)}, moved by {found.furthest:.3g} u")
    assert found.unexplained == []
    assert found.furthest <= MOST_MOVED
    assert found.apart["recovered"] == found.apart["gradient recovered"] == 0
