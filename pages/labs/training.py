"""Lab: the same network trained by every formula side by side, until one dies."""

from collections.abc import Iterator

import streamlit as st
import torch

from core import training
from core.backward import backward_walk
from core.figures.training import losses_by_step
from core.gradients import right_gradient
from core.losses import FORMULAS
from core.reasons import reason_of_gradient
from core.view import View
from core.walk import WALKS
from pages.parts import backward, cached, chapter, controls, row, tables
from pages.parts.chart.chart import chart
from pages.parts.claims import counted
from pages.parts.predictions import labs

REDRAWN_EVERY = 10  # steps; the chart costs more than the training

view = controls.current()

chapter.begin(
    "Training until it breaks",
    f"The same network, the same seed, the same batches of the first {training.ROWS:,} digits; only the formula of the "
    "loss differs. **One row whose loss or gradient is not finite ends a run.** Which formulas meet such a row, and "
    "when, depends on dtype, scale and learning rate.",
)
chapter.predict(labs.DEATH, view)

st.markdown(
    "## Settings\n\n"
    "Scale, dtype and seed are those above; the weights stay float32, logits and loss are computed in the dtype. Or "
    "take one of these:"
)
for name, preset in training.PRESETS.items():
    shown = View(scale=preset.scale, dtype=preset.loss_dtype, seed=preset.seed)
    label = f"{name}: {preset.loss_dtype}, ×{preset.scale:g}, learning rate {preset.lr:g}, seed {preset.seed}"
    st.html(chapter.link("training", shown, label, lr=f"{preset.lr:g}"))
rate = controls.learning_rate(training.LIMITS["lr"], training.Setting().lr)


def followed(steps: Iterator[training.Step], kept: list[training.Step]) -> None:
    """Draws the run as it goes; a click on Stop, or on anything else, ends it here and what is kept stays."""
    bar = st.progress(0.0)
    st.button("Stop", key="stop")  # above what grows, so that it stays under the hand
    place = st.empty()
    while step := cached.torch_thread().run(next, steps, None):
        kept.append(step)
        bar.progress(step.number / training.STEPS, f"Step {step.number} of {training.STEPS}")
        if step.number % REDRAWN_EVERY == 0:
            # Streamlit's own: one script run may not draw a component twice under a key.
            place.plotly_chart(losses_by_step(kept), key=f"running_{step.number}", alt=batch_losses(step))


def batch_losses(step: training.Step) -> str:
    """The plot in words."""
    losses = (f"{FORMULAS[name].label} {progress.loss:.4g}" for name, progress in step.formulas.items())
    return f"Loss of the batch by step {step.number}: {', '.join(losses)}."


def died(name: str, progress: training.Progress) -> tuple[object, ...]:
    """A line of the table."""
    death, right = progress.death, "" if progress.accuracy is None else f"{progress.accuracy:.1%}"
    if death is None:
        return (FORMULAS[name].label, "never", "", "", "", f"{progress.loss:.4g}", right)
    return (
        FORMULAS[name].label,
        f"step {death.step}",
        death.what,
        f"{death.row:,}",
        death.cause,
        f"{progress.loss:.4g}",
        right,
    )


def autopsy(name: str, death: training.Death) -> None:
    """The row that ended a run, walked through the operation that failed."""
    st.header(f"What killed {FORMULAS[name].label}: digit {death.row:,}", anchor=False)
    if death.what == "loss":
        walked = row.walked(death.logits, death.target, view.dtype, [name], "The row that died, step by step")
        st.markdown(walked.reasons[0])
        st.html(walked.table)
    else:
        back = backward_walk(name, death.logits, death.target, 1 / training.BATCH_SIZE)
        right = right_gradient(death.logits[None], torch.tensor([death.target]))[0]
        st.markdown(
            f"The batch's mean counts each of its {training.BATCH_SIZE} losses 1 / {training.BATCH_SIZE}, so every "
            f"gradient here begins with that. {reason_of_gradient(back, view.dtype)}"
        )
        st.html(backward.table(back, right, view.dtype, f"digit {death.row:,}"))
    st.button(f"Follow digit {death.row:,}", key="follow", on_click=controls.set_sample, args=(death.row,))


setting = None
try:
    setting = training.Setting(view.dtype, view.scale, rate, view.seed)
except ValueError as error:
    st.warning(f"These settings are out of bounds for training: {error}.")

run = st.session_state.get("training_run")
if st.button("Train", type="primary", disabled=setting is None) and setting:
    run = st.session_state["training_run"] = (setting, [])
    followed(training.run(setting, cached.digits()), run[1])
    st.rerun()

if run and run[1] and run[0] == setting:
    steps = run[1]
    last = steps[-1]
    dead = [name for name, progress in last.formulas.items() if not progress.alive]
    words = f"{last.number} of {training.STEPS} steps in {view.dtype} at ×{view.scale:g}, learning rate {rate:g}: " + (
        f"{counted(len(dead), 'formula', of=len(last.formulas))} died."
    )
    chart(losses_by_step(steps), key="training_losses", alt=f"{words} {batch_losses(last)}")
    st.caption(words)
    st.html(
        tables.table(
            "How each run ended",
            (
                "formula",
                "died at",
                "first not finite",
                "digit",
                "operation",
                "mean loss of the batch then",
                "right with the last weights",
            ),
            [died(name, progress) for name, progress in last.formulas.items()],
        )
    )
    for name in dead[:1]:
        death = last.formulas[name].death
        if death and name in WALKS:
            autopsy(name, death)
elif setting:
    st.caption("Nothing has been trained at these settings yet.")
