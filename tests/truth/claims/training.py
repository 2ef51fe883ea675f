"""What the training lab says before anything is trained."""

import re
from functools import cache

import torch

from core import model
from tests.truth import torch_says
from tests.truth.claims.claim import Claim, claim

_ROWS, _BATCH = 5_000, 64


@cache
def _first_to_go(scale: float, dtype: str, lr: float, seed: int) -> tuple[int, str]:
    """At which step the naive formula meets a row that is lost, and whether by its loss or by its gradient alone."""
    network, digits = model.seeded_model(seed), torch_says.digits()
    parameters = [it for layer in network.layers for it in layer.parameters()]
    for step in range(-(-_ROWS // _BATCH)):
        rows = slice(step * _BATCH, min(_ROWS, (step + 1) * _BATCH))
        x = (network(digits.pixels(rows)).double() * scale).to(getattr(torch, dtype))
        nll = torch_says.of_rows(x, digits.targets[rows], "log_of_softmax")
        slopes = torch.autograd.grad(nll.mean(), parameters)
        if not nll.isfinite().all():
            return step + 1, "loss"
        if not all(slope.isfinite().all() for slope in slopes):
            return step + 1, "gradient"
        with torch.no_grad():
            for parameter, slope in zip(parameters, slopes, strict=True):
                parameter -= lr * slope
    return 0, "neither"


def _setting(text: str) -> tuple[float, str, float, int]:
    """What the link to the setting that is asked about says."""
    dtype, scale, lr, seed = re.search(
        r"^large logits: (\w+), ×(\S+), learning rate (\S+), seed (\d)$", text, re.M
    ).groups()
    return float(scale), dtype, float(lr), int(seed)


CLAIMS: tuple[Claim, ...] = (
    claim(
        "which setting is asked about",
        r"The network is trained with its logits × (\S+), in (\w+), by the naive formula\. What is first to go\?$",
        lambda it, _: (float(it[1]), it[2]) == _setting(it.string)[:2],
    ),
    claim(
        "what is first to go",
        r"it is the gradient\. The gradient needs every class's share, the loss only the target's\. It goes at step "
        r"(\d+) of (\d+)\.$",
        lambda it, _: (
            (int(it[1]), "gradient") == _first_to_go(*_setting(it.string)) and int(it[2]) == -(-_ROWS // _BATCH)
        ),
    ),
    claim(
        "how many digits are trained on",
        r"the same batches of the first ([\d,]+) digits",
        lambda it, _: it[1] == f"{_ROWS:,}",
    ),
)
