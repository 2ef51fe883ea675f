"""The page that a browser gets first: Streamlit's own, which also asks for plotly.js.

The browser then loads and runs plotly.js while it waits for the server's first answer, instead of after it.
"""

from functools import cache
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pages.parts.address import plotly_path

_PAGE = Path(streamlit.__file__).parent / "static" / "index.html"


async def first_page(_: Request) -> Response:
    return HTMLResponse(_written(plotly_path()), headers={"Cache-Control": "no-cache"})


@cache
def _written(plotly: str) -> str:
    """Deferred, the script runs behind Streamlit's own. One that failed is taken away: a chart then asks anew."""
    script = f'<script defer src="{plotly}" onerror="this.remove()"></script>'
    return _PAGE.read_text().replace("</head>", f"  {script}\n  </head>", 1)
