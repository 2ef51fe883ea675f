"""What the server found when it ran the functions at the view's scale: do they agree, with each other and the sweep?"""

from functools import lru_cache
from itertools import combinations

from core.losses import FORMULAS
from core.outcomes import CAUSES
from core.sweep import HEADLINE, Frame
from core.view import SAMPLES, View
from pages.parts import cached, sweeps
from pages.parts.claims import does


def sentence(view: View) -> str:
    """The agreement in plain words."""
    now = cached.at_scale(view.weights, view.seed, view.dtype, view.scale)
    passing = sum(now.near.values())
    pairs = len(list(combinations(FORMULAS, 2)))
    return (
        f"Torch ran all {len(FORMULAS)} formulas on the {SAMPLES:,} digits at ×{view.scale:g} in {view.dtype}: "
        f"{passing} of their {pairs} pairs {does(passing, 'agrees', 'agree')} to a thousandth. "
        + _against_sweep(view, now.frame)
    ).strip()


def _against_sweep(view: View, now: Frame) -> str:
    """Whether the frame the drag shows is the one that was computed just now."""
    swept = sweeps.frame(view)
    if swept is None:
        return ""
    if _same(swept, now):
        return "The sweep over all scales, computed before for the drag, is the same to the last bit here."
    return "The sweep computed before for the drag says something else: please report this."


@lru_cache(512)
def _same(swept: Frame, now: Frame) -> bool:
    return swept.same_as(now.of(HEADLINE))


@lru_cache(512)
def table(frame: Frame, caption: str) -> str:
    """Markup: every formula's loss, and how many rows failed for which cause."""
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("formula", "loss", "failed", "because"))
    lines = "".join(_line(frame, i, name) for i, name in enumerate(frame.formulas))
    return (
        f'<div class="wsb-scroll" tabindex="0" role="region" aria-label="{caption}"><table class="wsb-table wsb-words">'
        f"<caption>{caption}</caption><tr>{heads}</tr>{lines}</table></div>"
    )


def _line(frame: Frame, i: int, name: str) -> str:
    failed = frame.causes[i][1:]
    why = ", ".join(f"{cause}: {n:,}" for n, cause in sorted(zip(failed, CAUSES[1:], strict=True), reverse=True) if n)
    readout = "" if name in HEADLINE else f' data-readout="{name}"'
    return (
        f'<tr><th scope="row">{FORMULAS[name].label}</th><td><code{readout}>{frame.loss[i]:.4f}</code></td>'
        f"<td><code>{failed.sum():,}</code></td>"
        f'<td class="words">{why or "none failed"}</td></tr>'
    )
