"""What is spoken before its time: an answer above the question that asks for it."""

import re
from collections.abc import Iterator

_QUESTION = "Your prediction."
_VERDICT = re.compile(r"^(?:Right\.|Look again: it is (.+?)\.) (\S.*)$", re.MULTILINE)
_FOLDED = "Guess first, then open this."

# Words that tell what is right, where the answer's own do not: what these pages said above their questions once.
_TELLS = {
    "logits": r"mak\w+ them grow|times as large",
    "softmax": r"\bexp\(\d|\b(?:12|89|710)\b",
    "nll": r"last class|negative index",
    "log-quotient": r"sum still overflows|repairs",
    "logsumexp": r"whether the answer exists|\bany a\b",
    "agreement": r"[Aa]gree until|\d+ of \d+ pairs",
    "overflow": r"is the first to go|first dies at|none either",
    "gradients": r"loses a digit's gradient|has lost the gradient|lose both on the track",
    "training": r"goes at step|gradient needs every class",
    "break-it": r"lost at ×|still finite at ×|Go where it is lost",
}


def told_before(page: str, text: str) -> Iterator[str]:
    """What a page tells above its question: the right answer, why it is right, or words that give it away.

    text: of the page with its predictions answered
    """
    question = _QUESTION if _QUESTION in text else _FOLDED
    above, asked, below = text.partition(question)
    if not asked:
        return
    if tells := re.search(_TELLS.get(page or "break-it", r"(?!)"), above):
        yield f"told before it is asked: {tells[0]!r}"
    if question == _QUESTION:
        verdict = _VERDICT.search(below)
        if not verdict:
            yield "a question without a verdict"
            return
        right = verdict[1] or next(line for line in below.splitlines() if line.startswith("- "))[2:]
        for words in (right, verdict[2]):
            if re.search(rf"(?<!\w){re.escape(words)}(?!\w)", above):
                yield f"told before it is asked: {words!r}"
