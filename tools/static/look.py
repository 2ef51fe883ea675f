"""The page's markup, style and picture, out of the app's own words, colours and files."""

import io
import re
import tomllib
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template

from PIL import Image

from pages.parts import words
from pages.parts.contents import READING_ORDER
from tools.serve import PROJECT
from tools.static import numbers

_HERE = Path(__file__).parent
_PARTS = PROJECT / "pages" / "parts"
_STYLES = (
    _PARTS / "scrubber" / "scrubber.css",
    _PARTS / "chart" / "walk.css",
    _PARTS / "tables.css",
    _HERE / "page.css",
)
_CARD = (1200, 630)  # what chats and course pages show of a link

# Browsers differ in whether a file's neighbours are its own, so files are named; a page from a server may not load any.
_OWN = "'self' file:"
_POLICY = {
    "default-src": "'none'",
    "script-src": _OWN,
    "style-src": f"{_OWN} 'unsafe-inline'",  # plotly.js writes styles into what it draws
    "img-src": f"{_OWN} data: blob:",
    "base-uri": "'none'",
    "form-action": "'none'",
}


def page(weights: Sequence[str], dtypes: Sequence[str], version: str, made: str, live: str, site: str) -> str:
    """`index.html`. made: what computed the numbers, and when; the others as `site.build` has them."""
    first_page = READING_ORDER[0]
    texts = {
        "name": f"{first_page.title}: {words.TITLE.lower()}",
        "about": first_page.about,
        "policy": "; ".join(f"{name} {sources}" for name, sources in _POLICY.items()),
        "version": version,
        "site": site,
        "made": made,
        "seed": str(numbers.SEED),
        **{name: getattr(words, name.upper()) for name in ("title", "first", "go", "back", "advised")},
    }
    markup = {
        "claim": _marked(words.CLAIM),
        "advice": _marked(words.ADVICE),
        "dtypes": "".join(f"<option>{dtype}</option>" for dtype in dtypes),
        "weights": "".join(map(_choice, weights)),
        "scrubber": (_PARTS / "scrubber" / "scrubber.html").read_text(),
        "live": _link(live) if live else "",
        "canonical": _canonical(site) if site else "",
    }
    template = Template((_HERE / "page.html").read_text())
    return template.substitute({name: escape(text) for name, text in texts.items()} | markup)


def _choice(weights: str) -> str:
    return f'<label><input type="radio" name="weights" value="{weights}" autocomplete="off" />{weights}</label>'


def _link(live: str) -> str:
    """Into the app; `page.js` adds the view."""
    at = escape(live)
    return (
        f'<a class="live" data-at="{at}" href="{at}" target="_blank" rel="noopener">Open this view in the live app</a>'
    )


def _canonical(site: str) -> str:
    at = escape(site)
    return f'<link rel="canonical" href="{at}" /><meta property="og:url" content="{at}" />'


def _marked(text: str) -> str:
    """Markup of the two signs of Markdown that our words use: bold and code."""
    bold = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text))
    return re.sub(r"`(.+?)`", r"<code>\1</code>", bold)


def styles() -> str:
    """One sheet: the app's colours under the names Streamlit gives them, the scrubber's styles, the page's own."""
    theme = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text())["theme"]
    fonts = "--st-font: system-ui, sans-serif; --st-code-font: ui-monospace, monospace;"
    light, dark = (" ".join(map(_variable, theme[name].items())) for name in ("light", "dark"))
    colours = (
        f":root {{ color-scheme: light dark; {fonts} --st-base-radius: {theme['baseRadius']}; {light} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    )
    return colours + "\n".join(path.read_text() for path in _STYLES)


def _variable(named: tuple[str, str]) -> str:
    name, value = named
    return f"--st-{re.sub('[A-Z]', lambda capital: f'-{capital[0].lower()}', name)}: {value};"


def card() -> bytes:
    """The lower part of the app's picture, from the slider on: a PNG as large as links are shown."""
    with Image.open(PROJECT / "docs" / "break-it.png") as picture:
        height = picture.width * _CARD[1] // _CARD[0]
        lower = picture.convert("RGB").crop((0, picture.height - height, picture.width, picture.height))
        shown = lower.resize(_CARD, Image.Resampling.LANCZOS)
    file = io.BytesIO()
    shown.quantize(128).save(file, format="PNG", optimize=True)
    return file.getvalue()
