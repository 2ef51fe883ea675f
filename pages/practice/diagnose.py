"""Practice: the batch that gave nan, and what to write instead."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
import streamlit as st

from core.diagnosis import Batch, Diagnosis, Report, diagnosis, failures, hidden, worst, zeros
from core.diagnosis.fates import NAIVE, NAMES, OWN
from core.diagnosis.findings import least_headroom
from core.diagnosis.headroom import FACTORS, known, lost_by_factor
from core.diagnosis.headroom import sentence as of_headroom
from core.diagnosis.notes import notes
from core.diagnosis.report import TROUBLES, measured
from core.diagnosis.words import counted, diff, outcome
from core.dtypes import shortest
from core.figures.headroom import headroom
from core.rows import MOST_CLASSES
from pages.parts import cached, chapter, controls, navigation, tables
from pages.parts.brought import Brought, brought, ignore_index
from pages.parts.chart.chart import chart

SHOWN = 8
RESULT = "wsb-result"
RESULT_BELOW = (
    f'<a class="wsb-link wsb-below" href="#{RESULT}">See the result below ↓</a>'  # on a phone, where columns stack
)
LABS = {"gradient lab": "gradients", "accuracy lab": "accuracy"}

view = controls.current()


def report_of(batch: Batch, ignored: int) -> Report:
    """What torch makes of the batch; the last one is kept, since most runs of a page change nothing here."""
    kept = st.session_state.get("diagnosed")
    asked = (view.dtype, ignored)
    if kept is None or kept.source is not batch.logits or (kept.dtype, kept.ignore_index) != asked:
        kept = cached.torch_thread().run(measured, *batch, *asked)
        st.session_state["diagnosed"] = kept
    return kept


def paragraphs(*said: tuple[str, str]) -> str:
    """Markup: (class, text) each a paragraph. Texts may quote a file, and are escaped."""
    return "".join(f'<p class="{kind}">{escape(text)}</p>' for kind, text in said)


def lead(it: Brought, report: Report, told: Diagnosis) -> None:
    """The sentence, the line to change, and what came of it."""
    batch = f"{it.name}: {counted(report.rows)} of {counted(report.classes, 'logit')}, in {report.dtype}"
    said = paragraphs(("wsb-note", batch), ("wsb-lead", told.sentence), ("wsb-said", told.why))
    st.html(f'<div id="{RESULT}">{said}</div>')
    if told.fails:
        st.code(diff(told.remedy), language="diff", wrap_lines=True)
    ran = paragraphs((f"wsb-ran{'' if told.remedy.run.finite else ' failed'}", outcome(told.remedy)))
    st.html(f'{ran}<ul class="wsb-notes">{"".join(f"<li>{escape(note)}</li>" for note in notes(report, told))}</ul>')


def formulas(report: Report) -> str:
    """Markup: what each formula loses, and why."""
    return tables.table(
        f"{counted(len(report.judged))} by each formula, forward and backward, in {report.dtype}",
        ("formula", "loss lost", "only the gradient lost", "exactly 0", "because"),
        [
            (
                label,
                f"{report.fates[name].failed.sum():,}",
                f"{len(hidden(report, name)):,}",
                f"{zeros(report, name):,}",
                ", ".join(f"{cause}: {len(rows):,}" for cause, rows in failures(report, name).items()) or "none",
            )
            for name, label in NAMES.items()
        ],
    )


def fate(report: Report, row: int) -> tuple[str, ...]:
    """A line of the table of rows: its target, its largest logit, what becomes of it, and its headroom."""
    target, largest = int(report.targets[row]), report.logits[row].max().item()
    trouble = next((name for name in TROUBLES if row in report.troubles[name]), "")
    at = np.searchsorted(report.judged, row)
    begin = (str(row), str(target), shortest(largest, report.dtype))
    if at == len(report.judged) or report.judged[at] != row:
        return *begin, "", "", "", "", trouble
    naive, own = report.fates[NAIVE], report.fates[OWN]
    cause = next((cause for cause, rows in failures(report, NAIVE).items() if row in rows), "")
    room = least_headroom(report)[at]
    return (
        *begin,
        shortest(float(naive.nll[at]), report.dtype),
        "finite" if naive.gradient[at] else "not finite",
        shortest(float(own.nll[at]), report.dtype),
        "" if np.isnan(room) else "never" if np.isinf(room) else f"×{room:.4g}",
        trouble or cause or ("gradient lost" if not naive.gradient[at] else "none"),
    )


def can_be_typed(report: Report, rows: Sequence[int]) -> list[int]:
    """Those that fit the labs' box: short, with a target that is a class and unmasked, nothing nan or inf."""
    if report.classes > MOST_CLASSES:
        return []
    bad = np.concatenate([report.troubles[name] for name in TROUBLES])
    return [row for row, spoilt in zip(rows, np.isin(rows, bad), strict=True) if not spoilt]


def into_the_box(report: Report) -> None:
    """For a callback: the row that was chosen becomes the labs' own."""
    row = st.session_state["diagnosed_row"]
    if row in range(report.rows) and can_be_typed(report, [row]):
        text = ", ".join(shortest(value, report.dtype) for value in report.logits[row].tolist())
        controls.set_own_row(text, int(report.targets[row]))


def rows(report: Report, told: Diagnosis) -> None:
    """The row of the diagnosis, those that fare worst, and a way to see one in the labs."""
    first = [] if told.row is None else [told.row]
    bad = list(dict.fromkeys([*first, *worst(report, SHOWN).tolist()]))[:SHOWN]
    several = f"Row {bad[0]}, and those that fare worst" if first else "The rows that fare worst"
    st.header(several if len(bad) > 1 else f"Row {bad[0]}", anchor=False)
    losses = ("loss, naive", "its gradient", "loss, F.cross_entropy")
    heads = ("row", "target", "largest logit", *losses, "headroom, naive", "why")
    st.html(tables.table(f"{counted(len(bad))} of {report.rows:,}", heads, [fate(report, row) for row in bad]))
    short = can_be_typed(report, bad)
    if not short:
        st.caption(
            f"The labs open rows of up to {MOST_CLASSES} logits, finite or masked, whose target is a class and not "
            f"masked: none of those shown here is one in {report.dtype}."
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
            args=(report,),
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
    elif it.batch is None:
        st.html(f'<div id="{RESULT}">{paragraphs(("wsb-note", it.name), ("wsb-lead refused", it.refusal))}</div>')
    else:
        report = report_of(it.batch, ignored)
        told = diagnosis(report)
        lead(it, report, told)

if it is not None and it.batch is not None:
    st.html(formulas(report))
    if known(report):
        st.header("Headroom", anchor=False)
        words = of_headroom(report)
        chart(headroom(FACTORS, lost_by_factor(report), known(report)), key="headroom", alt=words)
        st.caption(words)
    if report.counted:
        rows(report, told)
