"""Story: one-hot against integer indexing, and the loss as a mean of many numbers."""

from collections.abc import Callable

import numpy as np
import streamlit as st
import torch
import torch.nn.functional as F

from core import losses
from core.data import CLASSES
from core.dtypes import scaled, shortest
from core.figures.losses import samples_and_spread
from core.view import View
from pages.parts import cached, chapter, controls, tables
from pages.parts.chart.chart import Drawn, chart, drawn
from pages.parts.claims import does
from pages.parts.gallery.gallery import gallery
from pages.parts.kept import kept
from pages.parts.predictions import story

FIRST = slice(3)  # the digits worked out cell by cell
MARKS = 200  # digits drawn one by one; the picture must follow the scale without delay
WORST = 8

view = controls.current()
targets = cached.digits().targets


def log_probs_of_first(view: View) -> torch.Tensor:
    """Log-probabilities of the first three digits, in the view's dtype: (3, classes)."""
    return losses.torch_log_softmax(scaled(cached.logits(view.weights, view.seed)[FIRST], view.scale, view.dtype))


def cell_by_cell(view: View) -> tuple[str, str]:
    """The table of one-hot times log-probabilities, and in words what indexing gives instead."""
    log_probs = log_probs_of_first(view)
    one_hot = F.one_hot(targets[FIRST], CLASSES).to(log_probs.dtype)
    product = one_hot * log_probs
    summed = -product.sum(-1)
    picked = -log_probs[[0, 1, 2], targets[FIRST].tolist()]
    cells = [
        (j, *(f"{one_hot[i, j]:g} × {log_probs[i, j]:.4g} = {product[i, j] + 0:.4g}" for i in range(3)))
        for j in range(CLASSES)
    ]
    return tables.table(
        "one-hot × log-probabilities",
        ("class", *(f"digit {i}, a {targets[i]}" for i in range(3))),
        [*cells, ("minus the sum", *(shortest(value.item(), view.dtype) for value in summed))],
    ), f"gives {', '.join(f'`{shortest(value.item(), view.dtype)}`' for value in picked)}: {_beside(picked, summed)}"


def _beside(picked: torch.Tensor, summed: torch.Tensor) -> str:
    """How what an index picks compares with what the sum gives, nan being the same as nan."""
    apart = int((~((picked == summed) | (picked.isnan() & summed.isnan()))).sum())
    beyond = int(picked.isnan().sum())
    why = (
        " Where it is nan, the digit's log-probabilities are: a logit is infinite before any formula runs."
        if beyond
        else ""
    )
    if apart:
        which = "none of what the sum gives" if apart == len(picked) else f"not what the sum gives for {apart} of them"
        return f"{which}, because 0 × -inf is nan. Indexing never forms that product.{why}"
    return f"the same numbers, bit for bit. (The notebook calls the log-probabilities `sm_pred`.){why}"


def per_sample(view: View) -> np.ndarray:
    """The loss of every digit by F.cross_entropy: float64, (digits,)."""
    return cached.nll(view, "torch_cross_entropy").double().numpy()


def as_a_mean(view: View) -> tuple[Drawn, str]:
    """Many losses and their mean, as a picture and in words."""
    nll = per_sample(view)
    mean = float(nll.mean())
    finite = np.abs(nll[np.isfinite(nll)])  # a loss of -0.0 reads as 0
    zero, lost = int((nll == 0).sum()), len(nll) - len(finite)
    ends = f"from {finite.min():.4g} to {finite.max():.4g}, median {np.median(finite):.4g}" if len(finite) else ""
    spread = f"the finite ones {ends}" if ends and lost else ends or "none of them finite"
    rows = np.arange(0, len(nll), len(nll) // MARKS)
    shown = targets[torch.from_numpy(rows)].numpy()
    return drawn(samples_and_spread(nll, mean, rows, shown, cached.chosen(view))), (
        f"The losses of {len(nll):,} digits at ×{view.scale:g} in {view.dtype} by F.cross_entropy: {spread}, "
        f"the mean of all is {mean:.4f}; {zero:,} {does(zero, 'is', 'are')} exactly 0, "
        f"{lost:,} {does(lost, 'is', 'are')} not finite."
    )


def most_costly(view: View) -> tuple[tuple[int, str], ...]:
    """The digits with the largest losses, each with a note."""
    nll = per_sample(view)
    worst = np.argpartition(-nll, WORST)[:WORST]  # nan sorts last
    worst = worst[np.argsort(-nll[worst])]
    return tuple((int(row), f"a {targets[row]}, loss {nll[row]:.3g}") for row in worst)


def which_cost_most(view: View) -> str:
    """What the digits shown are among all."""
    infinite = int(np.isposinf(per_sample(view)).sum())
    if infinite > WORST:
        return f"{WORST} of the {infinite:,} digits whose loss is inf."
    return f"The {WORST} largest losses."


def by_class(view: View) -> str:
    """Table: what the digits of each class cost."""
    nll = per_sample(view)
    return tables.table(
        "Mean loss by what the digit shows",
        ("digit", "digits", "mean loss", "largest, nan left out"),
        [
            (label, f"{len(own):,}", f"{own.mean():.4f}", f"{np.fmax.reduce(own) + 0:.4g}")
            for label in range(CLASSES)
            for own in [nll[targets.numpy() == label]]
        ],
    )


def without_a_class(view: View) -> str:
    """Table: what becomes of a target that is no class."""
    log_probs = log_probs_of_first(view)
    calls: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
        "plain indexing": lambda t: -log_probs[[0, 1, 2], t.tolist()],
        "our nll_per_sample": lambda t: losses.nll_per_sample(log_probs, t),
        "F.nll_loss": lambda t: F.nll_loss(log_probs, t, reduction="none"),
    }

    def answer(name: str, target: int) -> str:
        """What the call returns, or the error it raises."""
        try:
            values = calls[name](torch.tensor([target, *targets[1:3].tolist()]))
            return ", ".join(shortest(value, view.dtype) for value in values.reshape(-1).tolist())
        except (IndexError, RuntimeError) as error:
            return f"{type(error).__name__}: {str(error).splitlines()[0]}"

    return tables.table(
        "The first target replaced",
        ("call", "target", "answer"),
        [(name, target, answer(name, target)) for name in calls for target in (-1, CLASSES, -100)],
    )


chapter.begin(
    "The target's share",
    "Each digit has a **target**: the class it really shows. Its **one-hot** vector holds a 1 for that class and a "
    "0 for every other. Cross-entropy multiplies it with the row's log-probabilities, adds up and changes the "
    "sign. **All factors but one are 0, so it picks one number of each row. An index picks the same number, and never "
    "multiplies 0 by -\N{WORD JOINER}inf.**",
    chapter.formula(r"-\sum_i y_i \log p_i \;=\; -\log p_t"),
    "## One-hot and indexing, cell by cell",
    f"The first three digits show {', '.join(map(str, targets[FIRST].tolist()))}. Each cell: one-hot entry times "
    "log-probability, as torch multiplied them; at the end minus their sum, the **NLL** (negative log-likelihood).",
)
products, picked = kept(cell_by_cell, view)
st.html(products)
impossible = torch.tensor([0.0, -torch.inf])
chapter.say(
    "The same by **integer array indexing**, one row number and one class for each digit:",
    chapter.code(f"-sm_pred[[0, 1, 2], {targets[FIRST].tolist()}]"),
    picked,
    "They part where another class has a log-probability of -inf. With log-probabilities "
    f"{impossible.tolist()} and target 0 the sum is **{-(F.one_hot(torch.tensor(0), 2) * impossible).sum():g}**, "
    f"since 0 × -inf is nan; the index gives **{-impossible[0] + 0:g}**. That is the better reason to index; speed is "
    "the other one.",
    chapter.source(losses.nll_per_sample, losses.nll),
)

chapter.predict(story.NEGATIVE, view)

st.header("The loss is a mean", anchor=False)
picture, words = kept(as_a_mean, view)
chart(picture, key="samples", alt=words, on_row=controls.set_sample)
st.html(
    f'<p class="wsb-note">{words} Left {MARKS} of them, one mark each: choose a mark to follow its digit.</p>'
    f"<h2>Which digits cost most</h2><p>{kept(which_cost_most, view)} Choose one and it is the digit on every page.</p>"
)
worst, notes = zip(*kept(most_costly, view), strict=True)
gallery(worst, cached.chosen(view), controls.set_sample, notes)
st.html(
    f"{kept(by_class, view)}<h2>A target that is no class</h2><p>Three ways to ask for a class that does not exist, "
    f"run on the first three digits:</p>{kept(without_a_class, view)}<p>Plain indexing takes -1 for the last class and "
    "says nothing: it answers with the loss of a class nobody asked for. PyTorch raises, except for -100, its "
    "<code>ignore_index</code>: that row's loss is 0 and the mean does not count it.</p>"
)
