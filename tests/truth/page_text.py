"""What a page says at a view, as plain text: all that tests of sentences know of how pages are run."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

from streamlit.testing.v1 import AppTest

from core.view import View
from pages.parts.contents import READING_ORDER

_ROUTER = Path(__file__).parents[2] / "pages" / "router.py"
_FILES = {it.url: it.file for it in READING_ORDER}
_LONGEST_S = 120
_CODE = "    "


def page_text(page: str, view: View, *, choose: Mapping[str, str] | None = None, answered: bool = False) -> str:
    """All that the page says at the view, in reading order, markup taken out, what is folded away included.

    A line is a paragraph, a heading (it begins with #), a line of a table (cells parted by ` | `), the words of a
    picture, or the label of what can be chosen or pressed, with its options. Code and formulas are indented by four
    spaces. What a page shows once torch is through is waited for.

    page:     its address, "" or "break-it" for Break it
    choose:   label of one of the page's own choices -> the option to take
    answered: each prediction is answered, with its first option, so that its truth is told too
    """
    app = _opened(view)
    app.switch_page(_FILES["" if page == "break-it" else page])
    _run(app)
    for label, option in (choose or {}).items():
        box = next(box for box in [*app.main.get("selectbox"), *app.main.get("radio")] if box.label == label)
        box.set_value(option)
        _run(app)
    if answered and (asked := [box for box in app.radio if box.key.startswith("predict_")]):
        for box in asked:
            box.set_value(box.options[0])
        _run(app)
        for box in asked:  # the next page, and the next reader of this one, find it as it was
            app.radio(key=box.key).set_value(None)
    return "\n".join(line.rstrip() for line in _lines(app.main) if line.strip())


@lru_cache(1)
def _opened(view: View) -> AppTest:
    """The app at the view, as a link opens it."""
    app = AppTest.from_file(str(_ROUTER), default_timeout=_LONGEST_S)
    for name, value in view.parameters().items():
        app.query_params[name] = value
    return app.run()


def _run(app: AppTest) -> None:
    """Runs the page, again while it says that torch is not through."""
    deadline = time.monotonic() + _LONGEST_S
    app.run()
    while app.get("progress") and time.monotonic() < deadline:
        time.sleep(0.2)
        app.run()
    if app.exception:
        raise AssertionError(f"the page failed: {app.exception[0].message}\n{app.exception[0].stack_trace}")


def _lines(block) -> Iterator[str]:
    """The lines of a block and of the blocks in it, in order; the controls above every page left out."""
    for it in block.children.values():
        if it.type == "flex_container" and it.proto.id.endswith("-controls"):
            continue
        yield from _SAID.get(it.type, lambda _: ())(it)
        if hasattr(it, "children"):
            yield from _lines(it)


def _labelled(box) -> Iterator[str]:
    yield _plain(getattr(box, "label", ""))
    yield from (f"- {option}" for option in getattr(box, "options", ()))


def _of_component(it) -> Iterator[str]:
    """The words that Python hands to a component."""
    told = json.loads(it.proto.json) if it.proto.json else {}
    yield from (told[name] for name in ("status", "alt") if name in told)
    yield from (f"{digit['name']}: {digit['note']}" for digit in told.get("shown", ()))


def _of_markdown(text: str) -> Iterator[str]:
    """Lines of Markdown: a paragraph is one line, a formula or a line of code is indented."""
    for i, part in enumerate(re.split(r"```(?:\w*)\n(.*?)```", text, flags=re.DOTALL)):
        if i % 2:
            yield from (f"{_CODE}{line}" for line in part.splitlines())
            continue
        for paragraph in re.split(r"\n{2,}|\n(?=- )|  \n", part):
            line = _unbroken(paragraph)
            if line.startswith("$$"):
                yield f"{_CODE}{line}"
            elif "<" in line:
                yield from _of_markup(line)
            elif line:
                yield _plain(line)


def _plain(text: str) -> str:
    """Text without the signs of bold, italics, code and links."""
    text = re.sub(r"\[([^\]]+)\]\(https?://[^)]+\)", r"\1", text)
    return re.sub(r"\*\*(.+?)\*\*|(?<![\w*])\*(?=\S)([^*]+?)\*(?!\w)|`(.+?)`", lambda it: it[1] or it[2] or it[3], text)


class _Markup(HTMLParser):
    """Collects the lines of markup."""

    ENDS = frozenset(("p", "h1", "h2", "h3", "caption", "tr", "table", "summary", "details", "div", "li", "a", "pre"))

    def __init__(self) -> None:
        super().__init__()
        self.lines = [""]

    def handle_starttag(self, tag: str, attributes: list) -> None:
        if tag in self.ENDS:
            self.lines.append("# " if tag in ("h1", "h2", "h3") else "")
        if tag == "img":
            self.lines.append(dict(attributes).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.ENDS:
            self.lines.append("")
        if tag in ("td", "th"):
            self.lines[-1] += " | "

    def handle_data(self, data: str) -> None:
        self.lines[-1] += _plain(data) if data.strip() else data


def _of_markup(markup: str) -> Iterator[str]:
    reader = _Markup()
    reader.feed(markup)
    yield from (_unbroken(line).removesuffix(" |") for line in reader.lines)


def _unbroken(text: str) -> str:
    """Text in one line: other spaces stay as they are, since two of them are a sign."""
    return re.sub(r"\s*\n\s*", " ", text).strip()


_SAID = {
    "markdown": lambda it: _of_markdown(it.value),
    "html": lambda it: _of_markup(it.value),
    "caption": lambda it: _of_markdown(it.value),
    **dict.fromkeys(("header", "subheader", "title"), lambda it: [f"# {it.value}"]),
    **dict.fromkeys(("info", "warning", "error", "success"), lambda it: _of_markdown(it.value)),
    **dict.fromkeys(("radio", "selectbox", "slider", "button", "text_input", "number_input", "expander"), _labelled),
    "code": lambda it: [f"{_CODE}{line}" for line in it.value.splitlines()],
    "bidi_component": _of_component,
}
