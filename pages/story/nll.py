"""Story: one-hot against integer indexing, and the loss as a mean of many numbers."""

import inspect

import numpy as np
import streamlit as st
import torch
import torch.nn.functional as F

from core import losses
from core.data import CLASSES
from core.dtypes import scaled, shortest
from core.figures.losses import samples_and_spread
from pages.parts import cached, chapter, controls, tables
from pages.parts.chart.chart import chart, once
from pages.parts.gallery.gallery import gallery
from pages.parts.predictions import story

MARKS = 200  # digits drawn one by one; the picture must follow the scale without delay
WORST = 8

view = controls.current()
targets = cached.digits().targets
log_probs = losses.torch_log_softmax(
    scaled(cached.logits(view.weights, view.seed)[:3], view.scale, view.dtype),
)

chapter.begin(
    "The target's share",
    "Each digit has a **target**: the class it really shows. Written as a **one-hot** vector that is a 1 there and a 0 "
    "for every other class. Cross-entropy multiplies it with the row's log-probabilities, adds up and changes the "
    "sign. **All factors but one are 0, so it picks one number of each row. An index picks the same number, and never "
    "multiplies 0 by -inf.**",
)
st.latex(r"-\sum_i y_i \log p_i \;=\; -\log p_t")

st.header("One-hot and indexing, cell by cell", anchor=False)
one_hot = F.one_hot(targets[:3], CLASSES).to(log_probs.dtype)
product = one_hot * log_probs
summed = -product.sum(-1)
st.markdown(
    f"The first three digits show {', '.join(map(str, targets[:3].tolist()))}. Each cell: one-hot entry times "
    "log-probability, as torch multiplied them; at the end minus their sum, the **NLL** (negative log-likelihood)."
)
st.html(
    tables.table(
        "one-hot × log-probabilities",
        ("class", *(f"digit {i}, a {targets[i]}" for i in range(3))),
        [
            *(
                (j, *(f"{one_hot[i, j]:g} × {log_probs[i, j]:.4g} = {product[i, j] + 0:.4g}" for i in range(3)))
                for j in range(CLASSES)
            ),
            ("minus the sum", *(shortest(value.item(), view.dtype) for value in summed)),
        ],
    )
)
st.markdown("The same by **integer array indexing**, one row number and one class for each digit:")
st.code(f"-sm_pred[[0, 1, 2], {targets[:3].tolist()}]", language="python")
picked = -log_probs[[0, 1, 2], targets[:3].tolist()]
st.markdown(
    f"gives {', '.join(f'`{shortest(value.item(), view.dtype)}`' for value in picked)}: "
    + (
        "the same numbers, bit for bit. (The notebook calls the log-probabilities `sm_pred`.)"
        if torch.equal(picked, summed)
        else "not what the sum gives here, because 0 × -inf is nan. Indexing never forms that product."
    )
)
impossible = torch.tensor([0.0, -torch.inf], dtype=log_probs.dtype)
st.markdown(
    "They part where another class has a log-probability of -inf. With log-probabilities "
    f"{impossible.tolist()} and target 0 the sum is **{-(F.one_hot(torch.tensor(0), 2) * impossible).sum():g}**, "
    f"since 0 × -inf is nan; the index gives **{-impossible[0] + 0:g}**. That is the better reason to index; speed is "
    "the other one."
)
st.code(inspect.getsource(losses.nll_per_sample) + "\n\n" + inspect.getsource(losses.nll))

chapter.predict(story.NEGATIVE, view)

st.header("The loss is a mean", anchor=False)
per_sample = cached.nll(view, "torch_cross_entropy").double().numpy()
mean = float(per_sample.mean())
finite = np.abs(per_sample[np.isfinite(per_sample)])  # a loss of -0.0 reads as 0
words = (
    f"The losses of {len(per_sample):,} digits at ×{view.scale:g} in {view.dtype} by F.cross_entropy: from "
    f"{finite.min():.4g} to {finite.max():.4g}, median {np.median(finite):.4g}, mean {mean:.4f}; "
    f"{int((per_sample == 0).sum()):,} are exactly 0, {len(per_sample) - len(finite):,} are not finite."
)
rows = np.arange(0, len(per_sample), len(per_sample) // MARKS)
shown = targets[torch.from_numpy(rows)].numpy()
chart(
    once("samples", view, lambda: samples_and_spread(per_sample, mean, rows, shown, cached.chosen(view))),
    key="samples",
    alt=words,
    on_row=controls.set_sample,
)
st.caption(f"{words} Left {len(rows)} of them, one mark each: choose a mark to follow its digit.")

st.header("Which digits cost most", anchor=False)
worst = np.argpartition(-per_sample, WORST)[:WORST]  # nan sorts last
worst = worst[np.argsort(-per_sample[worst])]
st.markdown(f"The {WORST} largest losses. Choose one and it is the digit on every page.")
notes = [f"a {targets[row]}, loss {per_sample[row]:.3g}" for row in worst]
gallery(worst.tolist(), cached.chosen(view), controls.set_sample, notes)

st.html(
    tables.table(
        "Mean loss by what the digit shows",
        ("digit", "digits", "mean loss", "largest"),
        [
            (label, f"{len(own):,}", f"{own.mean():.4f}", f"{own.max():.4g}")
            for label in range(CLASSES)
            for own in [per_sample[targets.numpy() == label]]
        ],
    )
)

st.header("A target that is no class", anchor=False)
st.markdown("Three ways to ask for a class that does not exist, run just now on the first three digits:")


def answer(call) -> str:
    """What the call returns, or the error it raises."""
    try:
        return ", ".join(shortest(value, view.dtype) for value in call().reshape(-1).tolist())
    except (IndexError, RuntimeError) as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"


def with_first(target: int) -> torch.Tensor:
    return torch.tensor([target, *targets[1:3].tolist()])


st.html(
    tables.table(
        "The first target replaced",
        ("call", "target", "answer"),
        [
            (name, target, answer(lambda call=call, target=target: call(with_first(target))))
            for name, call in (
                ("plain indexing", lambda t: -log_probs[[0, 1, 2], t.tolist()]),
                ("our nll_per_sample", lambda t: losses.nll_per_sample(log_probs, t)),
                ("F.nll_loss", lambda t: F.nll_loss(log_probs, t, reduction="none")),
            )
            for target in (-1, CLASSES, -100)
        ],
    )
)
st.markdown(
    "Plain indexing takes -1 for the last class and says nothing: the loss is a number, and the wrong one. "
    "PyTorch raises, except for -100, its `ignore_index`: that row's loss is 0 and the mean does not count it."
)
