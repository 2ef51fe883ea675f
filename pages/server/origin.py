"""Which pages may open a websocket here, and under which names this server answers at all.

A page whose own name was led to this machine (DNS rebinding) comes from the host that it asks: only a list of the names
that are ours tells it apart. `server.allowedHosts` is that list, which Streamlit holds its own socket to; where it is
empty any name is taken, for nobody but whoever runs the server knows them.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket
from streamlit import net_util
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from pages.parts.address import base_path


def same_site(socket: WebSocket) -> bool:
    """Whether the page that asks came from here; what is no browser sends no origin."""
    origin, host = socket.headers.get("origin"), socket.headers.get("host")
    try:
        return is_host_allowed(host) and (origin is None or urlsplit(origin).netloc == host)
    except ValueError:  # no address at all
        return False


class AllowedHosts:
    """ASGI middleware: refuses whoever asks under a name that is not listed; for health, any name will do."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["path"] != f"{base_path()}/_stcore/health"
        if asked and not is_host_allowed(Headers(scope=scope).get("host")):
            refusal = PlainTextResponse("This server does not answer under that name.", status_code=421)
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def ask_nobody_where_we_are() -> None:
    """From now on Streamlit asks no other host for this machine's address, to compare it with that of a foreign page.

    It did so on its event loop, for seconds where nobody answers, each time a page of another site opened a websocket.
    """
    net_util.get_external_ip = lambda: None
