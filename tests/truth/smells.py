"""Signs that a sentence was written for another view than the one it is shown at."""

import re
from collections.abc import Iterator

from core.view import View

_COUNTED = "digit|row|loss|pair|formula|class|exp|logit|step|sample|scale|dtype|case|page|minute"
_PLURALS = "digits|rows|losses|pairs|formulas|classes|exps|logits|steps|samples|scales|dtypes|cases|pages|bits|others"
_NOT_A_NUMBER = r"[-+]?(?:nan|inf)\b"
_OF_THEM = r"of (?:(?:the|its|their|these) )?(?:[\d,]+ )?\w+ "

_SMELLS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "one of many": rf"(?<![\d.,×^-])\b1 (?:\w+ )?(?:{_PLURALS})\b",
        "all one": r"\b(?:[Aa]ll|[Bb]oth|[Tt]hese|[Tt]hose|other) 1 \w+",
        "one are": rf"(?<![\d.,×])(?<!and )\b1 (?:{_OF_THEM})?(?:are|have|were|lose|fail|agree|stand)\b",
        "several of one": rf"(?<![\d.,×(])\b(?!1\b)\d[\d,]*(?<!,) (?:{_COUNTED})\b(?![-(\d])(?! \d)",
        "several is": rf"(?<![\d.,×])\b(?!1\b)\d[\d,]* {_OF_THEM}(?:is|has|was|agrees)\b",
        "compared with no number": rf"\b(?:than|up to|at most|at least|median|between|and still|about) {_NOT_A_NUMBER}",
        "a range to no number": rf"\bfrom {_NOT_A_NUMBER}|\bfrom \S+ to {_NOT_A_NUMBER}",
        "-0": r"(?<![\w.,)])-0(?:\.0+)?(?![\w.])",
        "up to nothing": r"\b(?:up to|at most) 0(?![.\d])|\b[Aa]ll 0 ",
        "no scale": r"×[-+]?(?:inf|nan)\b",
        "no value": r"\bNone\b|\bNaN\b",
        "nothing in brackets": r"(?<![\w\]])\(\s*\)|\[\s*\]|\{\w*\}",
        "an empty place": r" {2,}|\s[.,;:](?:\s|$)|,\s*,|\w\.\.(?!\.)|: *\.(?!\.)",
    }.items()
}

_DTYPE = "(float16|bfloat16|float32|float64)"
_AT = re.compile(rf"\b[Aa]t ×([\d,.]*\d)(?: in {_DTYPE})?")
_BRACKETED = re.compile(rf"\({_DTYPE}, ×([\d,.]*\d)\)")


def smells(text: str, view: View) -> Iterator[str]:
    """What smells in a page's text at a view, each with its line. Code and, but for -0, tables are torch's words."""
    for line in text.splitlines():
        if line.startswith("    "):
            continue
        smelt = {"-0": _SMELLS["-0"]} if " | " in line else _SMELLS
        yield from (f"{name}: {found[0]!r} in {line!r}" for name, it in smelt.items() if (found := it.search(line)))
        yield from _other_views(line, view)


def _other_views(line: str, view: View) -> Iterator[str]:
    """What is said to be the view's and is not: "at ×100 in float16" or "(float16, ×100)"; in a heading "at ×100"."""
    named = [(it[0], it[1], it[2]) for it in _AT.finditer(line) if it[2] or line.startswith("#")]
    named += [(it[0], it[2], it[1]) for it in _BRACKETED.finditer(line)]
    for words, scale, dtype in named:
        if (scale.replace(",", ""), dtype or view.dtype) != (f"{view.scale:g}", view.dtype):
            yield f"another view than ×{view.scale:g} in {view.dtype}: {words!r} in {line!r}"
