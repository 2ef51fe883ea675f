"""A plain table as markup. Every cell is escaped."""

from collections.abc import Iterable, Sequence
from html import escape


def table(caption: str, heads: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """Markup: the first column names the line, the others hold its values."""
    head = "".join(f'<th scope="col">{escape(it)}</th>' if it else "<td></td>" for it in heads)
    body = "".join(_line(line) for line in lines)
    return (
        f'<div class="wsb-scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table class="wsb-table">'
        f"<caption>{escape(caption)}</caption><tr>{head}</tr>{body}</table></div>"
    )


def _line(line: Sequence[object]) -> str:
    name, *values = line
    cells = "".join(f"<td><code>{escape(str(value))}</code></td>" for value in values)
    return f'<tr><th scope="row">{escape(str(name))}</th>{cells}</tr>'
