"""What torch makes of a batch in a dtype: every formula on every row, forward and backward, and how much room is left.

Nothing here decides what is wrong with the batch: `core.diagnosis.findings` does, from these measurements.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.critical import critical_gradient_scale, critical_scale
from core.diagnosis.fates import NAIVE, NAMES, OWN, Fate, fates, joined
from core.diagnosis.reading import checked
from core.dtypes import Dtype, scaled

IGNORE_INDEX = -100  # as torch.nn.functional.cross_entropy has it

# What can be wrong with a row before any formula runs, in the order in which it is asked.
TROUBLES = (
    "ignored",
    "nan among the logits",
    "inf among the logits",
    "target is no class",
    "logit overflows",
    "every class masked",
    "target masked",
)

_AT_ONCE = 2**18  # numbers; float64 copies of a large batch would cost eight times as much as the batch
_LIKE_PROBABILITIES = 1e-2  # off a sum of 1: a bfloat16 share is a multiple of 1/256 near 1


@dataclass(frozen=True, slots=True)
class Run:
    """One loss of the whole batch as somebody's code computes it: the mean, and its gradient by the logits.

    loss:     as a float, in whichever dtype it was
    gradient: whether each entry is finite
    """

    loss: float
    gradient: bool

    @property
    def finite(self) -> bool:
        return bool(np.isfinite(self.loss)) and self.gradient


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """A batch in a dtype.

    logits:   (rows, classes), rounded once to the dtype; source: as they came; targets: int64, (rows,)
    troubles: name in TROUBLES -> row numbers; a row counts for the first that holds
    judged:   row numbers of those with a class as target and no nan among their logits: those the formulas run on
    masked:   bool, (judged,), whether a logit is -inf in the dtype
    alike:    "probabilities", "log-probabilities" -> how many of the judged rows look like them
    fates:    name in core.diagnosis.fates.NAMES -> Fate
    headroom: what is lost -> float64, (judged,), the factor by which the row's logits can grow before; 1 at most where
              torch loses it already, more where it does not; nan where a logit is infinite
    own:      F.cross_entropy with its own mean on the whole batch in the dtype; None where a target is no class
    """

    source: Tensor
    logits: Tensor
    targets: Tensor
    dtype: Dtype
    ignore_index: int
    troubles: Mapping[str, np.ndarray]
    judged: np.ndarray
    masked: np.ndarray
    alike: Mapping[str, int]
    fates: Mapping[str, Fate]
    headroom: Mapping[str, np.ndarray]
    own: Run | None

    @property
    def rows(self) -> int:
        return len(self.targets)

    @property
    def classes(self) -> int:
        return self.logits.shape[-1]

    @property
    def counted(self) -> int:
        """Rows that enter the mean."""
        return self.rows - len(self.troubles["ignored"])


@dataclass(frozen=True, slots=True)
class Room:
    """What can be lost as logits grow: at which factor by the closed form, and whether torch loses it at ×1."""

    critical: Callable[[Tensor, Tensor, Dtype], np.ndarray]
    lost: Callable[[Mapping[str, Fate]], np.ndarray]


HEADROOM: dict[str, Room] = {
    "log of softmax": Room(lambda x, t, dtype: critical_scale(x, t, dtype, NAIVE), lambda it: it[NAIVE].failed),
    "its gradient": Room(
        lambda x, t, dtype: critical_gradient_scale(x, t, dtype, NAIVE), lambda it: ~it[NAIVE].gradient
    ),
    "F.cross_entropy": Room(lambda x, t, dtype: critical_scale(x, t, dtype, OWN), lambda it: it[OWN].failed),
}


def measured(logits: Tensor, targets: Tensor, dtype: Dtype, ignore_index: int = IGNORE_INDEX) -> Report:
    """The batch as training in this dtype meets it.

    logits:  (rows, classes), any floating dtype, rounded once to the one asked for
    targets: (rows,), whole numbers; those equal to ignore_index stay out of the loss
    Raises:  core.diagnosis.BatchError where these are no batch; ValueError for an unknown dtype
    """
    source, targets = checked(logits, targets)
    x = scaled(source, 1.0, dtype)
    troubles = _troubles(source, x, targets, ignore_index)
    a_class = (targets >= 0) & (targets < x.shape[-1])
    judged = ((targets != ignore_index) & a_class & ~source.isnan().any(-1)).nonzero().flatten().numpy()
    refused = bool(((targets != ignore_index) & ~a_class).any())
    blocks = [_judge(x[rows], targets[rows], dtype) for rows in _blocks(judged, x.shape[-1])]
    return Report(
        source=source,
        logits=x,
        targets=targets,
        dtype=dtype,
        ignore_index=ignore_index,
        troubles=troubles,
        judged=judged,
        masked=np.concatenate([it.masked for it in blocks]),
        alike=_alike(source, judged),
        fates={name: joined([it.fates[name] for it in blocks]) for name in NAMES},
        headroom={name: np.concatenate([it.headroom[name] for it in blocks]) for name in HEADROOM},
        own=None if refused else run_of(lambda it: F.cross_entropy(it, targets, ignore_index=ignore_index), x),
    )


def run_of(loss: Callable[[Tensor], Tensor], logits: Tensor) -> Run:
    """One loss of a batch, and backward through it."""
    with torch.enable_grad():
        x = logits.detach().requires_grad_()
        mean = loss(x)
        (gradient,) = torch.autograd.grad(mean, x)
    return Run(mean.item(), bool(gradient.isfinite().all()))


def beyond(source: Tensor, x: Tensor, targets: Tensor) -> Tensor:
    """Whether a logit that came finite is infinite in the dtype and loses the row's loss by that: (rows, classes).

    Above, that of any class; below, the target's: another class at -inf has no share, which costs the loss nothing.
    """
    of_target = torch.arange(x.shape[-1]) == targets[:, None]
    return source.isfinite() & ((x == torch.inf) | ((x == -torch.inf) & of_target))


def _troubles(source: Tensor, x: Tensor, targets: Tensor, ignore_index: int) -> dict[str, np.ndarray]:
    ignored = targets == ignore_index
    target_logit = x[torch.arange(len(x)), targets.clamp(0, x.shape[-1] - 1)]
    found = {
        "ignored": ignored,
        "nan among the logits": source.isnan().any(-1),
        "inf among the logits": (source == torch.inf).any(-1),
        "target is no class": (targets < 0) | (targets >= x.shape[-1]),
        "logit overflows": beyond(source, x, targets).any(-1),
        "every class masked": (x == -torch.inf).all(-1),
        "target masked": target_logit == -torch.inf,
    }
    free, first = torch.ones_like(ignored), {}
    for name in TROUBLES:
        first[name] = (found[name] & free).nonzero().flatten().numpy()
        free &= ~found[name]
    return first


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    masked: np.ndarray
    fates: dict[str, Fate]
    headroom: dict[str, np.ndarray]


def _blocks(judged: np.ndarray, classes: int) -> Iterator[Tensor]:
    """The judged rows, some at a time; one block without any where there are none."""
    step = max(1, _AT_ONCE // classes)
    for start in range(0, max(1, len(judged)), step):
        yield torch.from_numpy(judged[start : start + step])


def _judge(x: Tensor, targets: Tensor, dtype: Dtype) -> _Block:
    free, found = x.isfinite().all(-1).numpy(), fates(x, targets)
    headroom = {name: np.full(len(targets), np.nan) for name in HEADROOM}
    if free.any():
        for name, room in HEADROOM.items():
            critical, lost = room.critical(x[free], targets[free], dtype), room.lost(found)[free]
            # Within a hair of an end the closed form may be off. At ×1 torch has been asked, and is believed.
            headroom[name][free] = np.where(lost, np.minimum(critical, 1), np.maximum(critical, np.nextafter(1, 2)))
    return _Block((x == -torch.inf).any(-1).numpy(), found, headroom)


def _alike(source: Tensor, judged: np.ndarray) -> dict[str, int]:
    """How many rows sum up to 1, or their exps do, as no logits would but by chance."""
    if source.shape[-1] == 1:
        return {"probabilities": 0, "log-probabilities": 0}
    probabilities = logs = 0
    for rows in _blocks(judged, source.shape[-1]):
        z = source[rows].double()
        probabilities += int(((z >= 0).all(-1) & ((z.sum(-1) - 1).abs() <= _LIKE_PROBABILITIES)).sum())
        logs += int(((z <= 0).all(-1) & (z.logsumexp(-1).abs() <= _LIKE_PROBABILITIES)).sum())
    return {"probabilities": probabilities, "log-probabilities": logs}
