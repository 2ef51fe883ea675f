"""Which sections the exported code of a page has, and which of them lead."""

from core.exports.all_digits import BY_CLASS, ERRORS, EVERYWHERE, LARGEST, LOST, MEANS, PAIRS, PREDICTED, TRAINING
from core.exports.one_digit import BACK, ENDS, GRADIENTS, LOGITS, LOSSES, ONE_HOT, SHIFT, STEPS, TRUTH, Section

_USUAL = (LOSSES, STEPS, EVERYWHERE)

# The last part of a page's address -> what leads there. A page that is not named gets the usual.
_PAGES: dict[str, tuple[Section, ...]] = {
    "logits": (LOSSES, EVERYWHERE, LARGEST),
    "softmax": (STEPS, ENDS, LOSSES, EVERYWHERE),
    "nll": (ONE_HOT, LOSSES, EVERYWHERE, BY_CLASS),
    "log-quotient": (STEPS, LOSSES, EVERYWHERE),
    "logsumexp": (SHIFT, STEPS, LOSSES, EVERYWHERE),
    "agreement": (LOSSES, EVERYWHERE, PAIRS, MEANS),
    "overflow": (STEPS, ENDS, LOSSES, EVERYWHERE, PREDICTED),
    "gradients": (GRADIENTS, BACK, LOSSES, EVERYWHERE, LOST),
    "accuracy": (TRUTH, EVERYWHERE, ERRORS),
    "training": (LOSSES, EVERYWHERE, TRAINING),
}


def sections(page: str) -> tuple[Section, ...]:
    """What the exported code of a page prints, in order."""
    return LOGITS, *_PAGES.get(page, _USUAL)
