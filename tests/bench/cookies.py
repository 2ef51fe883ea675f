"""What a browser keeps of a site: its cookies, sent with every request."""

import asyncio
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection

AFFINITY = "wsb_replica"
_ANSWER_WITHIN_S = 60


class Cookies:
    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        return self._kept.get(name, "")

    def header(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._kept.items())} if self._kept else {}

    def take_from(self, socket: ClientConnection) -> None:
        """What the answer to its handshake sets."""
        if socket.response:
            self._take(socket.response.headers.get_all("Set-Cookie"))

    async def get(self, address: str, path: str) -> int:
        """The status of a request. Two hundred of a library's clients took seconds to make.

        Raises: OSError where there is no answer
        """
        host = urlsplit(address)
        lines = {"Host": host.netloc, "Connection": "close"} | self.header()
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                reader, writer = await asyncio.open_connection(host.hostname, host.port)
                writer.write(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
                answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                writer.close()
        except asyncio.IncompleteReadError as error:
            raise ConnectionError("the server closed the connection before it answered") from error
        headers = [line.partition(": ") for line in answer[1:]]
        self._take([value for name, _, value in headers if name.lower() == "set-cookie"])
        return int(answer[0].split()[1])

    def _take(self, lines: list[str]) -> None:
        for line in lines:
            self._kept |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
