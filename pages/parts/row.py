"""One row walked through a formula, as a table: the first bad cell lit, and a sentence that says why."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.dtypes import Dtype, shortest, torch_dtype
from core.losses import FORMULAS
from core.reasons import reason
from core.walk import Step, Walk, walk
from pages.parts.kept import kept


@dataclass(frozen=True, slots=True)
class Walked:
    """What a page shows of a row on its way through some formulas.

    reasons: one a formula, why its loss is what it is
    table:   markup, the formulas side by side
    """

    reasons: tuple[str, ...]
    table: str


def walked(row: Tensor, target: int, dtype: Dtype, formulas: Sequence[str], caption: str) -> Walked:
    """The row walked through formulas of `core.walk.WALKS`.

    row: (classes,), scaled already and in the dtype
    """
    return kept(_walked, tuple(row.tolist()), target, dtype, tuple(formulas), caption)


def _walked(row: tuple[float, ...], target: int, dtype: Dtype, formulas: tuple[str, ...], caption: str) -> Walked:
    walks = [walk(formula, torch.tensor(row, dtype=torch_dtype(dtype)), target) for formula in formulas]
    return Walked(tuple(reason(it, dtype) for it in walks), _table(walks, dtype, caption))


def _table(walks: Sequence[Walk], dtype: Dtype, caption: str) -> str:
    """Markup of one row on its way through several formulas, side by side.

    A line for each class, a column for each step; steps of a single number stand below, with the loss.
    """
    classes = range(len(walks[0].steps[0].values))
    heads = "".join(
        f'<th scope="colgroup" colspan="{len(_columns(walked))}" class="formula">{FORMULAS[walked.formula].label}</th>'
        for walked in walks
    )
    steps = "".join(
        f'<th scope="col"{_first(step, walked)}>{step.code}</th>' for walked in walks for step in _columns(walked)
    )
    lines = "".join(_line(walks, label, dtype) for label in classes)
    below = "".join(f"<p>{_singles(walked, dtype)}</p>" for walked in walks)
    return (
        f'<div class="wsb-scroll" tabindex="0" role="region" aria-label="{caption}"><table class="wsb-table">'
        f'<tr><td colspan="2"></td>{heads}</tr><tr><th scope="col">class</th><th scope="col">x</th>{steps}</tr>'
        f'{lines}</table></div><div class="wsb-singles">{below}</div>'
    )


def _columns(walked: Walk) -> list[Step]:
    """The steps with one number a class, but for the logits, which all formulas share."""
    return [step for step in walked.steps[1:] if step.values.ndim]


def _line(walks: Sequence[Walk], label: int, dtype: Dtype) -> str:
    logits, target = walks[0].steps[0], walks[0].target
    cells = "".join(
        f"<td{_first(step, walked)}>{_number(step, walked, label, dtype)}</td>"
        for walked in walks
        for step in _columns(walked)
    )
    x = f"{_bar(logits.values, label)}{_number(logits, walks[0], label, dtype)}"
    mark = " target" if label == target else ""
    return f'<tr class="{mark.strip()}"><th scope="row">{label}{mark}</th><td>{x}</td>{cells}</tr>'


def _singles(walked: Walk, dtype: Dtype) -> str:
    """The steps of one number, and the loss they lead to."""
    numbers = (f"{step.code} = {_number(step, walked, None, dtype)}" for step in walked.steps if not step.values.ndim)
    name = FORMULAS[walked.formula].label
    return f"{name}: {', '.join(numbers)}, <b>loss = <code>{shortest(walked.nll.item(), dtype)}</code></b>"


def _number(step: Step, walked: Walk, label: int | None, dtype: Dtype) -> str:
    """One result, lit where it is the one that made the loss fail."""
    value = step.values if label is None else step.values[label]
    bad = walked.first_bad is not None and (walked.steps[walked.first_bad[0]], walked.first_bad[1]) == (step, label)
    return f"<code{' class=bad' if bad else ''}>{shortest(value.item(), dtype)}</code>"


def _first(step: Step, walked: Walk) -> str:
    """A class for the first column of each formula, where the next one begins."""
    return ' class="begins"' if step is _columns(walked)[0] else ""


def _bar(values: Tensor, label: int) -> str:
    """A bar from zero to the value, on an axis that all of the row share; none where the row is not finite."""
    if not values.isfinite().all():
        return ""
    low, high = min(values.min().item(), 0.0), max(values.max().item(), 0.0)
    width = high - low or 1.0
    start, end = sorted((0.0, values[label].item()))
    share = f"--from:{(start - low) / width:.3f};--size:{(end - start) / width:.3f}"
    return f'<span class="wsb-bar"><i style="{share}"></i></span>'
