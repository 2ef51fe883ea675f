"""What a browser keeps of a site: its cookies, sent with every request."""

from http.cookies import SimpleCookie

from websockets.asyncio.client import ClientConnection

AFFINITY = "wsb_replica"


class Cookies:
    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        return self._kept.get(name, "")

    def header(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._kept.items())} if self._kept else {}

    def take(self, lines: list[str]) -> None:
        """lines: of `Set-Cookie`"""
        for line in lines:
            self._kept |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}

    def take_from(self, socket: ClientConnection) -> None:
        """What the answer to its handshake sets."""
        if socket.response:
            self.take(socket.response.headers.get_all("Set-Cookie"))
