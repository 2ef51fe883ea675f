"""Story: log(a / b) = log a - log b, what it repairs and what it does not."""

import math

import numpy as np
import streamlit as st
import torch

from core import losses, sweep
from core.dtypes import Dtype, limits, torch_dtype
from core.figures.causes import causes_over_scale
from core.model import Weights
from core.outcomes import CAUSES
from core.view import SAMPLES
from pages.parts import cached, chapter, controls, row, sweeps
from pages.parts.chart.chart import Drawn, chart, drawn
from pages.parts.claims import counted, listed
from pages.parts.kept import kept
from pages.parts.predictions import story

view = controls.current()
ends = limits(view.dtype)
PAIR = ("log_of_softmax", "unshifted_log_softmax")
FIRST = torch.tensor([0])


def faint_row(dtype: Dtype) -> torch.Tensor:
    """Logits c, c - 1, c - 2 near the end of exp, (1, 3), for which the difference gives the first a negative loss.

    c is as round a number as will do; where none does, because the dtype's numbers stand too far apart there, the row
    is the one whose loss is furthest below the right one.
    """
    least = limits(dtype).last_nonzero_exp
    tried = []
    for parts in (1, 2, 4):
        for c in range(math.ceil(least * parts), math.ceil((least + 3) * parts)):
            row = torch.tensor([[c / parts - i for i in range(3)]], dtype=torch_dtype(dtype))
            loss = losses.FORMULAS[PAIR[1]].per_sample(row, FIRST).item()
            if loss < 0:
                return row
            tried.append((loss - losses.torch_cross_entropy(row, FIRST).item(), row))
    return min(tried, key=lambda it: it[0])[1]


def quietly_worse(dtype: Dtype) -> tuple[str, str]:
    """Where the difference is finite and wrong, in words, and its steps as a table."""
    faint = faint_row(dtype)
    right = losses.torch_cross_entropy(faint, FIRST).item()
    naive, wrong = (losses.FORMULAS[name].per_sample(faint, FIRST).item() for name in PAIR)
    exps = faint.exp()[0]
    log_sum = math.log(exps.sum().item())
    too_small = sum(math.exp(x - log_sum) for x in faint[0].tolist())
    verdict = "although a loss cannot be negative" if wrong < 0 else "as if nothing were left to learn"
    words = (
        f"Logits {listed([f'{x:g}' for x in faint[0].tolist()])}, target the first. So close to 0 a {dtype} has "
        "hardly any bits left (such numbers are called **subnormal**): the three exps come out as "
        f"{listed([f'{value:.2g}' for value in exps.tolist()])}. On paper their sum is {too_small:.2f} times as "
        f"large, and the loss pays for it: by x - log(sum) it is **{wrong + 0:.4g}**, {verdict}. The naive formula "
        f"says {naive + 0:.4g}, the right loss is {right:.4g} (F.cross_entropy). Where even the sum is 0, log 0 is "
        "-inf, and the loss becomes -inf: the best loss there is, for the worst reason."
    )
    return words, row.walked(faint[0], 0, dtype, PAIR[1:], "Very negative logits").table


def failures_over_the_track(name: str, weights: Weights, seed: int, dtype: Dtype) -> tuple[Drawn, str]:
    """How many digits a formula loses to each cause, as a picture and in words; once its sweep is there."""
    frames = sweeps.job(weights, seed, dtype).frames
    counts = np.stack([frame.causes[frame.formulas.index(name)] for frame in frames])
    found = [f"{CAUSES[i + 1]} (up to {counted(n)})" for i, n in enumerate(counts[:, 1:].max(0).tolist()) if n]
    words = f"{losses.FORMULAS[name].label}: {', '.join(found) or 'nothing'} on the way from ×0.1 to ×10,000."
    return drawn(causes_over_scale(sweep.SCALES, counts)), words


def what_is_left(scale: float, naive: int, difference: int, shifted: int) -> str:
    """How many digits both formulas have lost, and how many the next page's has."""
    if not naive and not difference:
        return f"At ×{scale:g} neither has lost a digit: the pictures show from where on they do."
    told = (
        f"At ×{scale:g} log of softmax has lost {counted(naive, of=SAMPLES)}, the difference "
        f"{counted(difference, of=SAMPLES)}."
    )
    if not difference:
        return f"{told} What the difference loses further on, it loses to a sum that overflows: the next page."
    return f"{told} The formula of the next page, whose sum cannot overflow, has lost {counted(shifted, of=SAMPLES)}."


chapter.begin(
    "A quotient of exponentials",
    "The log of a quotient is a difference of logs, and the log of e to the x is x itself. So one exp and one division "
    "disappear. **Does the loss live longer without them?**",
    chapter.formula(r"\log \frac{e^{x_t}}{\sum_j e^{x_j}} \;=\; x_t - \log \sum_j e^{x_j}"),
    chapter.source(losses.unshifted_log_softmax),
)

now = cached.now(view).frame
lost = [int(now.causes[now.formulas.index(name)][1:].sum()) for name in (*PAIR, "lse_log_softmax")]
chapter.predict(story.REPAIRED, view)

gap = float(np.ceil(-ends.last_nonzero_exp)) + 1
repaired = torch.tensor([0.0, gap / 2, -gap / 2], dtype=torch_dtype(view.dtype))
walked = row.walked(repaired, 2, view.dtype, PAIR, "A target that underflows")
chapter.say(
    "## What it repairs",
    f"The target's underflow: its share is too small for {view.dtype}, the log of its share is not. "
    f"{walked.reasons[0]}",
)
st.html(walked.table)

high = float(np.ceil(ends.first_inf_exp))
overflown = torch.tensor([high, high - 1, 0.0], dtype=torch_dtype(view.dtype))
walked = row.walked(overflown, 0, view.dtype, PAIR, "A logit whose exp overflows")
right = losses.torch_cross_entropy(overflown[None], FIRST).item()
chapter.say(
    "## What it does not repair",
    f"The overflow of the sum. {walked.reasons[1]} The right loss is {right:.4g} (F.cross_entropy).",
)
st.html(walked.table)

words, table = kept(quietly_worse, view.dtype)
chapter.say("## Where it is quietly worse", words)
st.html(table)

st.header("Both over the whole track", anchor=False)


@st.fragment(run_every=None if sweeps.ready(view) else 1.0)
def over_the_scale() -> None:
    """Failures by cause, once torch has been over every scale."""
    job = sweeps.job(view.weights, view.seed, view.dtype)
    if not sweeps.ready(view):
        st.progress(len(job.frames) / len(sweep.SCALES), "Torch is working through the scales.")
        return
    for name in PAIR:
        picture, words = kept(failures_over_the_track, name, view.weights, view.seed, view.dtype)
        chart(picture, key=f"causes_{name}", alt=words)
        st.caption(words)


over_the_scale()
st.markdown(what_is_left(view.scale, *lost))
