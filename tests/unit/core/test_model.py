"""The notebook's model: what its plain list costs, what its seed fixes, what one epoch does."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from core import model
from core.data import Digits
from core.model import HIDDEN, Model, logits_of, seeded_model, train_epoch


def weights_of(a_model):
    return [parameter for layer in a_model.layers for parameter in layer.parameters()]


def first_rows(digits, count):
    return Digits(digits.images[:count], digits.targets[:count])


def twin_of(a_model):
    """The same layers and weights as PyTorch registers them."""
    twin = nn.Sequential(nn.Linear(784, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 10))
    with torch.no_grad():
        for mine, theirs in zip(twin.parameters(), weights_of(a_model), strict=True):
            mine.copy_(theirs)
    return twin


def test_a_plain_list_hides_the_layers_from_pytorch():
    network = Model(784, 50, 10)
    assert type(network.layers) is list
    assert len(weights_of(network)) == 4
    assert list(network.parameters()) == []
    assert network.state_dict() == {}
    with pytest.raises(ValueError, match="empty parameter list"):
        torch.optim.SGD(network.parameters(), lr=0.1)


def test_a_hidden_layer_stays_in_its_dtype_when_the_model_is_converted():
    assert {weight.dtype for weight in weights_of(Model(4, 3, 2).to(torch.float16))} == {torch.float32}


def test_the_model_is_linear_relu_linear(digits):
    network = seeded_model(0)
    x = digits.pixels(slice(0, 20))
    w1, b1, w2, b2 = weights_of(network)
    torch.testing.assert_close(network(x), (x @ w1.T + b1).clamp(min=0) @ w2.T + b2)


@pytest.mark.parametrize("seed", model.SEEDS)
def test_a_seed_gives_the_same_weights_whatever_was_drawn_before(seed):
    first = weights_of(seeded_model(seed))
    torch.rand(3)
    second = weights_of(seeded_model(seed))
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_seeds_give_different_weights():
    firsts = [weights_of(seeded_model(seed))[0] for seed in model.SEEDS]
    assert not torch.equal(firsts[0], firsts[1])
    assert not torch.equal(firsts[1], firsts[2])


def test_making_a_model_leaves_the_global_generator_as_it_was():
    torch.rand(1)  # so that it is not, by chance, where a seeded model would leave it
    before = torch.get_rng_state()
    seeded_model(2)
    assert torch.equal(torch.get_rng_state(), before)


def test_logits_are_float32_rows_of_ten_without_a_graph(logits):
    for per_weights in logits.values():
        assert per_weights.shape == (50_000, 10)
        assert per_weights.dtype == torch.float32
        assert not per_weights.requires_grad
        assert per_weights.isfinite().all()


def test_rows_taken_in_blocks_give_the_logits_of_all_at_once(digits, monkeypatch):
    few = first_rows(digits, 1003)
    with torch.no_grad():
        at_once = seeded_model(0)(few.pixels(slice(None)))
    monkeypatch.setattr(model, "ROWS_AT_ONCE", 100)
    torch.testing.assert_close(logits_of(seeded_model(0), few), at_once)


def test_the_untrained_loss_is_that_of_ten_equal_guesses(logits, digits):
    assert F.cross_entropy(logits["untrained"], digits.targets).item() == pytest.approx(math.log(10), abs=0.02)


def test_one_epoch_lowers_the_loss_and_finds_nine_digits_in_ten(logits, digits):
    before, after = (F.cross_entropy(logits[weights], digits.targets) for weights in ("untrained", "trained"))
    assert after < before / 4
    assert (logits["trained"].argmax(-1) == digits.targets).float().mean() > 0.9
    assert (logits["untrained"].argmax(-1) == digits.targets).float().mean() < 0.5


def test_the_notebooks_update_is_plain_gradient_descent(digits):
    few = first_rows(digits, 250)  # the last batch is a short one
    mine = seeded_model(1)
    twin = twin_of(mine)
    train_epoch(mine, few, lr=0.5, batch_size=64)
    optimiser = torch.optim.SGD(twin.parameters(), lr=0.5)
    for rows in torch.arange(250).split(64):
        optimiser.zero_grad()
        F.cross_entropy(twin(few.images[rows].float() / 256), few.targets[rows]).backward()
        optimiser.step()
    for ours, theirs in zip(weights_of(mine), twin.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_training_leaves_no_gradient_behind(digits):
    network = seeded_model(0)
    train_epoch(network, first_rows(digits, 64))
    assert all((weight.grad == 0).all() for weight in weights_of(network))
