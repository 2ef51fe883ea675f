"""The same network trained by every formula side by side: which one dies, at which step, by which digit, of what."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, cast

import torch
from torch import Tensor

from core.backward import backward_walk
from core.data import Digits
from core.dtypes import DTYPES, Dtype
from core.gradients import scaled_with_graph
from core.losses import FORMULAS
from core.model import BATCH_SIZE, LEARNING_RATE, SEEDS, Model, logits_of, seeded_model
from core.outcomes import CAUSES, causes
from core.sweep import HEADLINE

ROWS = 5_000
STEPS = -(-ROWS // BATCH_SIZE)
LIMITS = {"scale": (0.1, 1_000.0), "lr": (0.0001, 5.0)}


@dataclass(frozen=True, slots=True)
class Setting:
    """How to train.

    loss_dtype: the float format of logits, losses and their mean; the weights are float32 throughout
    scale:      multiplies every logit, 0.1 to 1,000
    lr:         learning rate, 0.0001 to 5
    seed:       of the weights

    Raises: ValueError naming the field.
    """

    loss_dtype: Dtype = "float32"
    scale: float = 1.0
    lr: float = LEARNING_RATE
    seed: int = 0

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} is {getattr(self, name)!r}; it must be {low:g} to {high:g}")
        for name, choices in (("loss_dtype", DTYPES), ("seed", SEEDS)):
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} is {getattr(self, name)!r}; choose one of {', '.join(map(str, choices))}")


@dataclass(frozen=True, slots=True, eq=False)
class Death:
    """Why a formula stopped.

    step:    from 1
    what:    what was not finite first: the mean loss, or, the loss still finite, a weight's gradient
    row:     the first row of the batch whose own loss or gradient was not finite, in the training set
    cause:   one of CAUSES for a loss, the operation of backward for a gradient
    logits:  of that row, (10,), scaled and in the loss dtype
    target:  of that row
    lost:    how many weights and biases the update would have made inf or nan; 0 where the gradient was finite
    """

    step: int
    what: Literal["loss", "gradient"]
    row: int
    cause: str
    logits: Tensor
    target: int
    lost: int


@dataclass(frozen=True, slots=True, eq=False)
class Progress:
    """One formula after a step; once dead it stays as it was in the step that killed it.

    loss:            the mean over the batch in the loss dtype, before the update; inf and nan kept
    gradient_finite: whether every weight's gradient was
    death:           None while alive
    accuracy:        the share of the ROWS digits named rightly, after the last step only
    """

    loss: float
    gradient_finite: bool
    death: Death | None = None
    accuracy: float | None = None

    @property
    def alive(self) -> bool:
        return self.death is None


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """number: 1 to STEPS; formulas: name -> Progress."""

    number: int
    formulas: dict[str, Progress]


PRESETS: dict[str, Setting] = {
    "half precision": Setting(loss_dtype="float16", lr=0.5, scale=1.0, seed=1),
    "half precision, smaller steps": Setting(loss_dtype="float16", lr=0.3, scale=1.0, seed=1),
    "large logits": Setting(loss_dtype="float32", lr=0.005, scale=100.0, seed=2),
    "the notebook's own": Setting(loss_dtype="float32", lr=LEARNING_RATE, scale=1.0, seed=0),
}


def run(setting: Setting, digits: Digits) -> Iterator[Step]:
    """One epoch over the first ROWS digits in their order, all of HEADLINE at once, one Step at a time.

    Every formula starts from the same weights and sees the same batches. One that dies trains no further: the
    update that would destroy it is not made, so its accuracy is that of the weights it had until then.
    The same setting gives the same stream, bit for bit, on the same machine.

    Raises: ValueError if there are fewer than ROWS digits.
    """
    if len(digits) < ROWS:
        raise ValueError(f"training takes the first {ROWS:,} digits; here are only {len(digits):,}")
    taken = Digits(digits.images[:ROWS], digits.targets[:ROWS])
    models = {name: seeded_model(setting.seed) for name in HEADLINE}
    progress: dict[str, Progress] = {}
    for number in range(1, STEPS + 1):
        for name, model in models.items():
            if number == 1 or progress[name].alive:
                progress[name] = _step(model, name, setting, taken, number)
        if number == STEPS:
            progress = {
                name: replace(progress[name], accuracy=_accuracy(model, taken)) for name, model in models.items()
            }
        yield Step(number, dict(progress))


def _step(model: Model, formula: str, setting: Setting, digits: Digits, number: int) -> Progress:
    """One batch forward and back, and the notebook's update, unless something is not finite."""
    batch = slice((number - 1) * BATCH_SIZE, number * BATCH_SIZE)
    logits = scaled_with_graph(model(digits.pixels(batch)), setting.scale, setting.loss_dtype)
    logits.retain_grad()
    nll = FORMULAS[formula].per_sample(logits, digits.targets[batch])
    loss = nll.mean()
    loss.backward()
    parameters = [parameter for layer in model.layers for parameter in layer.parameters()]
    gradients = [cast(Tensor, parameter.grad) for parameter in parameters]
    lost = sum(int((~gradient.isfinite()).sum()) for gradient in gradients)
    if lost or not loss.isfinite():
        death = _death(formula, logits, nll, digits.targets[batch], number, lost)
        return Progress(loss.item(), not lost, death)
    with torch.no_grad():
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.sub_(gradient * setting.lr)
            gradient.zero_()
    return Progress(loss.item(), True)


def _death(formula: str, logits: Tensor, nll: Tensor, targets: Tensor, number: int, lost: int) -> Death:
    """The first row whose loss, or else whose gradient within this mean, is not finite, and what did it."""
    loss_is_bad = ~nll.isfinite()
    what: Literal["loss", "gradient"] = "loss" if loss_is_bad.any() else "gradient"
    bad = loss_is_bad if what == "loss" else ~cast(Tensor, logits.grad).isfinite().all(-1)
    at = int(bad.nonzero()[0])
    row, target = logits[at].detach(), int(targets[at])
    if what == "loss":
        cause = CAUSES[causes(formula, row[None], targets[at, None], nll[at, None])[0]]
    else:  # always a formula with a walk: F.cross_entropy's gradient is softmax minus one-hot, finite with the logits
        cause = backward_walk(formula, row, target, 1 / len(targets)).cause
    return Death(number, what, (number - 1) * BATCH_SIZE + at, cause, row, target, lost)


def _accuracy(model: Model, digits: Digits) -> float:
    return (logits_of(model, digits).argmax(-1) == digits.targets).double().mean().item()
