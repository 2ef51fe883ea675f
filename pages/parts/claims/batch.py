"""What the gradient lab claims of one batch and one update of the weights."""

import math
from dataclasses import replace

from core.gradients import Poisoned
from core.sweep import NEVER, SCALES
from core.view import View
from pages.parts import cached, cached_labs
from pages.parts.claims import counted


def bad_rows(view: View, batch: Poisoned) -> str:
    """How many rows of the batch with the chosen digit have no gradient."""
    size, bad = cached_labs.BATCH, len(batch.bad_rows)
    begin = f"The batch of {size} digits that holds digit {cached.chosen(view):,}, at ×{view.scale:g}: "
    if not bad:
        return f"{begin}every row has a finite gradient by the naive formula.{_raise_the_scale(view)}"
    have = "none of its rows has a" if bad == size else f"{counted(bad, 'row')} {'has' if bad == 1 else 'have'} no"
    return (
        f"{begin}{have} finite gradient by the naive formula. Weights add up the gradients of all rows, and nan plus "
        f"anything is nan. Below, what some ways to mend it make of the {batch.weights} weights of the last layer, "
        "with one real update each."
    )


def _raise_the_scale(view: View) -> str:
    """Where the track goes on to scales at which a row of the batch is lost, a word of it."""
    first = cached.chosen(view) // cached_labs.BATCH * cached_labs.BATCH
    steps = cached_labs.gradient_windows(replace(view, sample=None)).gradient[first : first + cached_labs.BATCH]
    later = [SCALES[step] for step in steps.tolist() if step < NEVER and SCALES[step] > view.scale]
    return " Raise the scale until one is lost." if later else ""


def remedies(batch: Poisoned) -> str:
    """What came of each way to mend the batch, in the order of the table."""
    if not batch.bad_rows:
        return f"No row is bad, so there is nothing to leave out. {_cross_entropy(batch)}"
    told = (_where_on_the_losses(batch), _where_before(batch), _removed(batch), _cross_entropy(batch))
    return " ".join(filter(None, told))


def _where_on_the_losses(batch: Poisoned) -> str:
    sent = "`torch.where` on the losses sends a bad row a gradient of 0 on its way back."
    if batch.updates["where_on_the_losses"].nan_gradient:
        return f"{sent} There 0 times inf, or 0 / 0, is nan: too late."
    return f"{sent} Only where that meets an inf, or another 0 to be divided by, is it nan again; here it meets none."


def _where_before(batch: Poisoned) -> str:
    update = batch.updates["where_before_the_formula"]
    saved = not update.nan_after and math.isfinite(update.loss)
    return (
        "The input must be made safe before the formula sees it."
        if saved
        else "A `where` before the formula fails too."
    )


def _removed(batch: Poisoned) -> str:
    """Said where nothing is left: then the loss is nan though no weight is."""
    if len(batch.bad_rows) < cached_labs.BATCH:
        return ""
    return "With every row removed nothing is left, and the mean of nothing is nan."


def _cross_entropy(batch: Poisoned) -> str:
    update = batch.updates["cross_entropy_mean"]
    if update.nan_after:
        return "F.cross_entropy does not help here: a logit of the batch is inf before any formula runs."
    if not math.isfinite(update.loss):
        return (
            f"F.cross_entropy keeps every weight, but says {update.loss:g}: its own mean adds up losses whose sum the "
            "dtype cannot hold. Its gradient does not need that sum."
        )
    return "With F.cross_entropy nothing needs mending."
