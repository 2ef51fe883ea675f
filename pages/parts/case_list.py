"""What came of each case, as markup. Everything that may stem from the visitor is escaped."""

import re
from collections.abc import Sequence
from html import escape

from core.exercise import Refused, Report, Result


def case_list(report: Report) -> str:
    """The cases of the core; once they pass, those beyond the notebook. A reason stands where it first applies."""
    core = [it for it in report.results if not it.case.extra]
    verdict = "It passes" if report.passed else "Not yet"
    right = sum(it.passed for it in core)
    shown = f'<p class="wsb-verdict" role="status"><b>{verdict}: {right} of {len(core)} cases.</b></p>{_list(core)}'
    return shown + _beyond([it for it in report.results if it.case.extra]) if report.passed else shown


def _beyond(extra: Sequence[Result]) -> str:
    guarded = sum(it.passed for it in extra)
    words = (
        "Your function is guarded: it is right where the maximum is infinite, too."
        if guarded == len(extra)
        else "The notebook's own function gives nan where the maximum is infinite, so yours passes without."
    )
    return f'<p class="wsb-verdict"><b>Beyond the notebook: {guarded} of {len(extra)}.</b> {words}</p>{_list(extra)}'


def refusal(refused: Refused) -> str:
    """Why nothing ran."""
    return f'<p class="wsb-verdict wsb-refused" role="status"><b>Not run.</b> {_prose(str(refused))}</p>'


def _prose(text: str) -> str:
    """Escaped, and what stands between backticks as code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))


def _list(results: Sequence[Result]) -> str:
    """What came out as in the case before is not said again, nor a reason that stands above."""
    said: set[str] = set()
    before = ["", *(it.came_out for it in results[:-1])]
    items = (_item(it, it.came_out == last, said) for last, it in zip(before, results, strict=True))
    return f'<ul class="wsb-cases">{"".join(items)}</ul>'


def _item(result: Result, as_before: bool, said: set[str]) -> str:
    came_out = "As above." if not result.passed and as_before else result.came_out
    because = f"<p>{_prose(result.because)}.</p>" if result.because and result.because not in said else ""
    said.add(result.because or "")
    mark, word = ("✓", "passes") if result.passed else ("✗", "fails")
    return (
        f'<li class="{word}"><span role="img" aria-label="{word}">{mark}</span><div><b>{escape(result.case.name)}</b> '
        f"<small>{escape(result.case.checks)}</small><samp>{_prose(came_out)}</samp>{because}</div></li>"
    )
