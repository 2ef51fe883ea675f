"""Practice: the batch that gave nan, and what to write instead."""

from html import escape
from pathlib import Path

import streamlit as st

from core.diagnosis import Loss, Row, Summary
from core.diagnosis.headroom import FACTORS
from core.diagnosis.words import counted, diff, outcome
from core.figures.headroom import headroom
from core.rows import MOST_CLASSES
from pages.parts import chapter, controls, navigation, tables
from pages.parts.batch_upload import Brought, brought, ignore_index, summed_up
from pages.parts.chart.chart import chart

RESULT = "wsb-result"
RESULT_BELOW = (
    f'<a class="wsb-link wsb-below" href="#{RESULT}">See the result below ↓</a>'  # on a phone, where columns stack
)
LABS = {"gradient lab": "gradients", "accuracy lab": "accuracy"}

view = controls.current()


def paragraphs(*said: tuple[str, str]) -> str:
    """Markup: (class, text) each a paragraph. Texts may quote a file, and are escaped."""
    return "".join(f'<p class="{kind}">{escape(text)}</p>' for kind, text in said)


def lead(it: Brought, found: Summary) -> None:
    """The sentence, the line to change, and what came of it."""
    told = found.told
    batch = f"{it.name}: {counted(found.rows)} of {counted(found.classes, 'logit')}, in {found.dtype}"
    said = paragraphs(("wsb-note", batch), ("wsb-lead", told.sentence), ("wsb-said", told.why))
    st.html(f'<div id="{RESULT}">{said}</div>')
    if told.fails:
        st.code(diff(told.remedy), language="diff", wrap_lines=True)
    ran = paragraphs((f"wsb-ran{'' if told.remedy.run.finite else ' failed'}", outcome(told.remedy)))
    st.html(f'{ran}<ul class="wsb-notes">{"".join(f"<li>{escape(note)}</li>" for note in found.notes)}</ul>')


def formula(loss: Loss) -> tuple[str, ...]:
    """A line of the table of formulas: what it loses, and why."""
    why = ", ".join(f"{cause}: {rows:,}" for cause, rows in loss.lost.items()) or "none"
    return loss.label, f"{sum(loss.lost.values()):,}", f"{loss.hidden:,}", f"{loss.zeros:,}", why


def fate(row: Row) -> tuple[object, ...]:
    """A line of the table of rows: its target, its largest logit, what becomes of it, and its headroom."""
    return row.number, row.target, row.largest, row.naive, row.gradient, row.own, row.headroom, row.why


def into_the_box(shown: dict[int, Row]) -> None:
    """For a callback: the row that was chosen becomes the labs' own."""
    row = shown.get(st.session_state["diagnosed_row"])
    if row and row.typed:
        controls.set_own_row(row.typed, row.target)


def rows(found: Summary) -> None:
    """The row of the diagnosis, those that fare worst, and a way to see one in the labs."""
    first = f"Row {found.worst[0].number}"
    several = "The rows that fare worst" if found.told.row is None else f"{first}, and those that fare worst"
    st.header(several if len(found.worst) > 1 else first, anchor=False)
    losses = ("loss, naive", "its gradient", "loss, F.cross_entropy")
    heads = ("row", "target", "largest logit", *losses, "headroom, naive", "why")
    st.html(tables.table(f"{counted(len(found.worst))} of {found.rows:,}", heads, map(fate, found.worst)))
    short = {row.number: row for row in found.worst if row.typed}
    if not short:
        st.caption(
            f"The labs open rows of up to {MOST_CLASSES} logits, finite or masked, whose target is a class and not "
            f"masked: none of those shown here is one in {found.dtype}."
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = st.selectbox(
            "See a row in the labs",
            short,
            index=None,
            placeholder="choose one",
            key="diagnosed_row",
            on_change=into_the_box,
            args=(short,),
            width=200,
        )
        if row in short:
            for lab, url in LABS.items():
                navigation.link(url, f"Row {row} in the {lab} →")


chapter.begin(
    "Diagnose my logits",
    "Bring the batch that gave nan. Every formula runs on it, forward and backward, in the dtype chosen above; scale "
    "and weights do not touch it. **What comes first is what is wrong, and the line to change where one is, tried on "
    "your batch.** Nothing is stored.",
)
st.html(Path(__file__).parent / "diagnose.css")
left, right = st.columns([2, 5], gap="large")
with left:
    it = brought()
    if it is not None:
        st.html(RESULT_BELOW)
    ignored = ignore_index()
with right:
    if it is None:
        st.html(
            paragraphs(
                ("wsb-lead", "Logits and their targets, please."),
                ("wsb-said", "Save those of the training step that failed, in its own dtype:"),
            )
        )
        st.code(
            'safetensors.torch.save_file({"logits": logits, "targets": targets}, "b.safetensors")\n'
            "# or, without bfloat16:\n"
            "logits, targets = logits.detach().cpu().numpy(), targets.cpu().numpy()\n"
            'numpy.savez_compressed("b.npz", logits=logits, targets=targets)',
            wrap_lines=True,
        )
    elif isinstance(found := summed_up(it, view.dtype, ignored), str):
        st.html(f'<div id="{RESULT}">{paragraphs(("wsb-note", it.name), ("wsb-lead refused", found))}</div>')
    else:
        lead(it, found)

if it is not None and isinstance(found, Summary):
    st.html(
        tables.table(
            f"{counted(found.judged)} by each formula, forward and backward, in {found.dtype}",
            ("formula", "loss lost", "only the gradient lost", "exactly 0", "loss lost because"),
            map(formula, found.losses),
        )
    )
    if found.known:
        st.header("Headroom", anchor=False)
        chart(headroom(FACTORS, found.lost_by_factor, found.known), key="headroom", alt=found.headroom)
        st.caption(found.headroom)
    if found.counted:
        rows(found)
