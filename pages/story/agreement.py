"""Story: every formula against every other, at the current scale and dtype."""

from collections.abc import Iterator

import streamlit as st
import torch
import torch.nn.functional as F

from core import losses, verdicts
from core.dtypes import Dtype, scaled, shortest
from core.losses import FORMULAS
from core.reference import ReferenceUnavailable
from core.view import View
from pages.parts import agreement, cached, chapter, controls, tables
from pages.parts.claims import does
from pages.parts.claims.means import of_the_mean
from pages.parts.kept import kept
from pages.parts.predictions import story

view = controls.current()
now = cached.now(view)
targets = cached.digits().targets
_GAP = torch.finfo(torch.bfloat16).eps
passing, pairs = sum(now.near.values()), len(now.near)


def every_pair(view: View) -> str:
    """Table: each formula against each other."""
    now = cached.now(view)

    def cell(a: str, b: str) -> str:
        """Whether a pair agrees, and by how much it differs at most."""
        if a == b:
            return "·"
        pair = (a, b) if (a, b) in now.near else (b, a)
        return f"{'✓' if now.near[pair] else '✗'} {now.differences[pair]:.2g}"

    return tables.table(
        f"✓ where test_near passes, ✗ where not, and the largest difference of any digit ({view.dtype}, "
        f"×{view.scale:g})",
        ("", *(it.label for it in FORMULAS.values())),
        [(FORMULAS[a].label, *(cell(a, b) for b in FORMULAS)) for a in FORMULAS],
    )


def means(view: View) -> tuple[str, str]:
    """Table: one mean, four ways; and in words where they part, or would."""
    targets = cached.digits().targets
    logits, per_sample = cached.logits(view.weights, view.seed), cached.nll(view, "torch_cross_entropy")

    def by_torch() -> Iterator[float]:
        x = scaled(logits, view.scale, view.dtype)
        yield F.cross_entropy(x, targets).item()
        yield F.nll_loss(F.log_softmax(x, -1), targets).item()

    own, composed = cached.torch_thread().in_steps(by_torch())
    table = tables.table(
        f"The mean of the same {len(targets):,} losses",
        ("how", f"in {view.dtype}"),
        [
            ("F.cross_entropy(logits, targets)", shortest(own, view.dtype)),
            ("F.nll_loss(F.log_softmax(logits), targets)", shortest(composed, view.dtype)),
            ("per-sample losses, Tensor.mean()", shortest(per_sample.mean().item(), view.dtype)),
            ("per-sample losses, mean in float64", f"{per_sample.double().mean().item():.6f}"),
        ],
    )
    return table, of_the_mean(view.dtype, per_sample, own)


def on_hard_rows(dtype: Dtype) -> tuple[str, str]:
    """Table: each formula on the rows that break some, beside the certified loss; and those rows in words."""
    judged = cached.judged(dtype)

    def fate(formula: str) -> str:
        """What may become of the formula's loss, judged by these rows."""
        dies, lies = verdicts.failings(judged, formula)
        words = ("inf or nan" if dies else "", "finite and wrong" if lies else "")
        return ", or ".join(filter(None, words)) or "right on all"

    lines = [
        (it.label, *(f"{'✓' if row.right[name] else '✗'} {row.losses[name] + 0:.4g}" for row in judged), fate(name))
        for name, it in FORMULAS.items()
    ]
    return (
        tables.table(
            f"Rows that break some formulas, in {dtype}",
            ("formula", *(row.case.name for row in judged), "may be"),
            [*lines, ("certified", *(f"{row.truth:.4g}" for row in judged), "")],
        ),
        "; ".join(f"{row.case.name}: {row.case.words()}" for row in judged) + ".",
    )


chapter.begin(
    "Do they agree?",
    f"The notebook checks each version against PyTorch with `test_near`. Here all {len(FORMULAS)} are checked "
    f"against all others, on {len(targets):,} digits, at the scale and dtype above. **Agreeing is not yet being right, "
    "nor is being apart yet being wrong.**",
    chapter.source(losses.near, losses.test_near),
)
chapter.predict(story.AGREEMENT, view)

chapter.say(
    "## Everything against everything",
    f"{passing} of {pairs} pairs {does(passing, 'agrees', 'agree')} at ×{view.scale:g} in {view.dtype}.",
)
st.html(kept(every_pair, view))
st.markdown(
    "`test_near` allows a difference of 1e-5 (atol) plus a thousandth of the value (rtol). nan is near nothing, not "
    "even itself, and inf is near inf. So agreement is no proof: two formulas can fail alike. And disagreement is no "
    f"crime: a thousandth is finer than the gap between two bfloat16 numbers, {_GAP / 2:.2g} to {_GAP:.2g} of their "
    "size, so there only losses that are equal, or tiny, pass."
)

each = agreement.table(now.frame, f"All {len(targets):,} digits at ×{view.scale:g} in {view.dtype}")
st.html(f"<h2>Each by itself</h2>{each}")

table, words = kept(means, view)
st.html(f"<h2>PyTorch's own mean</h2>{table}")
st.markdown(words)

chapter.say(
    "## Which to trust",
    "Agreement is not truth. So here is truth: the loss between two bounds, computed so that it provably lies between "
    f"them, on five rows at the ends of {view.dtype}. ✓ means right to a thousandth (or to two gaps of the dtype, "
    "where those are wider).",
)
try:
    table, cases = kept(on_hard_rows, view.dtype)
except ReferenceUnavailable as missing:
    st.info(str(missing))
else:
    st.html(table)
    st.caption(cases)

chapter.say(
    "## What to write",
    "**To train:** `F.cross_entropy(logits.float(), targets)`, the raw logits, no softmax before it. Where a row is "
    "well learnt its loss rounds to 0, and that does training no harm.\n\n"
    "**By hand:** always take the maximum out before exp, never add it back before the subtraction, and never take "
    "the log of a softmax:",
    chapter.source(losses.shifted_log_softmax),
    "**Where small losses matter,** to rank well learnt rows for example, the form in which nothing cancels:",
    chapter.source(losses.log1p_nll),
)
