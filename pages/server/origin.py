"""Which pages may open a websocket here."""

from urllib.parse import urlsplit

from starlette.websockets import WebSocket


def same_site(socket: WebSocket) -> bool:
    """Whether the page that asks came from here; what is no browser sends no origin."""
    origin = socket.headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == socket.headers.get("host")
    except ValueError:  # no address at all
        return False
