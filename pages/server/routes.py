"""What the server answers itself: the page that comes first, what a shared link shows, modules, plotly.js, the sweeps,
what visitors take home, live torch, the class.

Most of it needs torch, which takes seconds to load. So it is loaded beside the server (`warm_up.py`), or by whoever
asks before that; meanwhile browsers fetch Streamlit's own scripts.
"""

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

from anyio import to_thread
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Route, WebSocketRoute

from pages.parts.address import base_path, class_path, live_path
from pages.parts.contents import READING_ORDER
from pages.parts.visitor import address_of, asked_by
from pages.server.compressed import plotly_js
from pages.server.first_page import first_page
from pages.server.shared_link import icon, picture

_HOME = {"script.py": "script", "notebook.ipynb": "notebook", "data.csv": "data", "qr.svg": "qr"}


def _loaded_with_torch(module: str, name: str) -> Callable[[HTTPConnection], Awaitable[Any]]:
    """The endpoint of that name in a module of this folder, imported when it is first asked."""

    async def endpoint(asked: HTTPConnection) -> Any:
        asked_by.set(address_of(asked.client.host if asked.client else None))
        found = await to_thread.run_sync(import_module, f"pages.server.{module}")
        return await getattr(found, name)(asked)

    return endpoint


def routes() -> list[BaseRoute]:
    """Below the path that a proxy puts in front, like Streamlit's own."""
    base = base_path()
    return [
        *(Route(f"{base}/{it.url}", first_page) for it in READING_ORDER),
        *(Route(path, icon) for path in (f"{base}/favicon.png", "/favicon.ico")),
        Route(f"{base}/assets/{{digest}}/shared-link.png", picture),
        Route(f"{base}/assets/modules/{{digest}}/{{name}}", _loaded_with_torch("answers", "module")),
        Route(f"{base}/assets/plotly-{{version}}.min.js", plotly_js),
        Route(f"{base}/sweep/{{version}}/{{weights}}/{{seed}}/{{dtype}}", _loaded_with_torch("answers", "sweep")),
        *(Route(f"{base}/home/{file}", _loaded_with_torch("home", name)) for file, name in _HOME.items()),
        WebSocketRoute(live_path(), _loaded_with_torch("live", "live")),
        WebSocketRoute(class_path(), _loaded_with_torch("classroom.endpoint", "classroom")),
    ]
