"""How large a message our own websockets take from a browser: a larger one is refused unread, its socket closed (1009).

uvicorn knows one limit for all sockets, and Streamlit sets it to `server.maxMessageSize`: a batch may be pasted into
its own. Ours take a few hundred characters, and would hold those 4 MB in memory for everybody who sends them.
"""

from urllib.parse import unquote

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from pages.parts.address import class_path, live_path

LARGEST = 128_000  # bytes: what somebody pastes is read, and gets a sentence


def limit_frames() -> None:
    """Makes the protocol that Streamlit chose look at the path before it reads on.

    The method is replaced because the class cannot be: by the time `streamlit run` imports the app it has its server.
    """
    connect = WebSocketsSansIOProtocol.handle_connect

    def handle_connect(self: WebSocketsSansIOProtocol, event: Request) -> None:
        if unquote(event.path.partition("?")[0]) in (class_path(), live_path()):
            self.conn.max_message_size = LARGEST
        connect(self, event)

    WebSocketsSansIOProtocol.handle_connect = handle_connect  # type: ignore[method-assign]
