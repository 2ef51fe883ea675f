"""Story: log(a / b) = log a - log b, what it repairs and what it does not."""

import numpy as np
import streamlit as st
import torch

from core import losses, sweep
from core.dtypes import Dtype, limits, torch_dtype
from core.figures.causes import causes_over_scale
from core.model import Weights
from core.outcomes import CAUSES
from pages.parts import cached, chapter, controls, row, sweeps
from pages.parts.chart.chart import Drawn, chart, drawn
from pages.parts.kept import kept
from pages.parts.predictions import story

view = controls.current()
ends = limits(view.dtype)
PAIR = ("log_of_softmax", "unshifted_log_softmax")


def quietly_worse(dtype: Dtype) -> tuple[str, str]:
    """Where the difference is finite and wrong, in words, and its steps as a table."""
    low = float(np.floor(limits(dtype).last_nonzero_exp)) + (1.0 if dtype != "float64" else 2.0)
    faint = torch.tensor([[low, low - 1, low - 2]], dtype=torch_dtype(dtype))
    first = torch.tensor([0])
    right = losses.torch_cross_entropy(faint, first).item()
    naive, wrong = (losses.FORMULAS[name].per_sample(faint, first).item() for name in PAIR)
    words = (
        f"Logits {low:g}, {low - 1:g} and {low - 2:g}, target the first. So close to 0 a {dtype} has hardly any bits "
        f"left (such numbers are called **subnormal**): the three exps come out as "
        f"{', '.join(f'{value:.2g}' for value in faint.exp()[0].tolist())}. Their sum is off by a good part of itself, "
        f"and so is its log: the loss by x - log(sum) is **{wrong:.4g}**, although a loss cannot be negative. The "
        f"naive formula says {naive:.4g}, the right loss is {right:.4g} (F.cross_entropy). Where even the sum is 0, "
        "log 0 is -inf, and the loss becomes -inf: the best loss there is, for the worst reason."
    )
    return words, row.walked(faint[0], 0, dtype, PAIR[1:], "Very negative logits").table


def failures_over_the_track(name: str, weights: Weights, seed: int, dtype: Dtype) -> tuple[Drawn, str]:
    """How many digits a formula loses to each cause, as a picture and in words; once its sweep is there."""
    frames = sweeps.job(weights, seed, dtype).frames
    counts = np.stack([frame.causes[frame.formulas.index(name)] for frame in frames])
    found = [f"{CAUSES[i + 1]} (up to {n:,} digits)" for i, n in enumerate(counts[:, 1:].max(0)) if n]
    words = f"{losses.FORMULAS[name].label}: {', '.join(found) or 'nothing'} on the way from ×0.1 to ×10,000."
    return drawn(causes_over_scale(sweep.SCALES, counts)), words


chapter.begin(
    "A quotient of exponentials",
    "The log of a quotient is a difference of logs, and the log of e to the x is x itself. So one exp and one division "
    "disappear. **That repairs the target's underflow. The sum still overflows.**",
    chapter.formula(r"\log \frac{e^{x_t}}{\sum_j e^{x_j}} \;=\; x_t - \log \sum_j e^{x_j}"),
    chapter.source(losses.unshifted_log_softmax),
)

now = cached.now(view).frame
lost = {name: int(now.causes[now.formulas.index(name)][1:].sum()) for name in PAIR}
chapter.predict(story.REPAIRED, view)

gap = float(np.ceil(-ends.last_nonzero_exp)) + 1
repaired = torch.tensor([0.0, gap / 2, -gap / 2], dtype=torch_dtype(view.dtype))
walked = row.walked(repaired, 2, view.dtype, PAIR, "A target that underflows")
chapter.say(
    "## What it repairs",
    f"The target's share is too small for {view.dtype}, its log is not. {walked.reasons[0]}",
)
st.html(walked.table)

high = float(np.ceil(ends.first_inf_exp))
overflown = torch.tensor([high, high - 1, 0.0], dtype=torch_dtype(view.dtype))
walked = row.walked(overflown, 0, view.dtype, PAIR, "A logit whose exp overflows")
right = losses.torch_cross_entropy(overflown[None], torch.tensor([0])).item()
chapter.say("## What it does not repair", f"{walked.reasons[1]} The right loss is {right:.4g} (F.cross_entropy).")
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
st.markdown(
    f"At ×{view.scale:g} log of softmax has lost {lost[PAIR[0]]:,} digits and the difference {lost[PAIR[1]]:,}. "
    "To keep the rest, the sum must not overflow: the next page."
)
