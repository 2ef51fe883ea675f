"""How long a visitor waits while another one does something heavy, odd or hostile: `python -m tests.bench.neighbours`.

The visitor drags (torch answers a scale nobody asked for before) and opens such a scale on a page; alone first, then
beside each of DEEDS. What is reported is the worst of each, in milliseconds.
"""

import asyncio
import contextlib
import json
import random
import struct
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect

from core.dtypes import DTYPES
from core.scales import six_digits
from tests.bench import process
from tests.bench.visitor import Visitor, visiting
from tools.serve import Server, started

SECONDS = 12.0
BETWEEN_S = 0.1
MOST_EXTRA_MS = 250
RESULT = Path("build/neighbours.json")
OTHER = "127.0.0.2"  # the address of the one who does it

_BOMB = "def logsumexp(x):\n    a=(1,2)\n" + "    a=(a,a,a,a)\n" * 27 + "    b=a[0]\n    return x"
_RIGHT = "def logsumexp(x):\n    m = x.amax(-1)\n    return m + (x - m[..., None]).exp().sum(-1).log()"
_HEAVY = (
    "def logsumexp(x):\n    a = x.exp()\n    a = a.reshape(-1)[:, None] + a.reshape(-1)\n"
    + "    a = a.exp().log().exp().log().exp().log()\n" * 20
    + "    return a"
)
_drawn = random.Random(0)  # noqa: S311 - the same scales in every run


def _scale() -> float:
    return six_digits(10 ** _drawn.uniform(-1, 4))


class Vandal(Visitor):
    """A visitor that may set any control, by its label, to anything."""

    def __init__(self, visitor: Visitor) -> None:
        super().__init__(visitor.socket, visitor._page, visitor._label)
        self._ids: dict[str, str] = {}

    def _learn(self, message) -> None:  # type: ignore[no-untyped-def]
        with contextlib.suppress(RuntimeError):  # an error on its page is its own
            super()._learn(message)
        if message.WhichOneof("type") == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            control = getattr(element, element.WhichOneof("type") or "", None)
            if getattr(control, "label", "") and getattr(control, "id", ""):
                self._ids[control.label] = control.id

    async def set(self, query: str = "", **texts: str) -> None:
        """Types a text into each control of that label, and presses what is called `press`."""
        pressed = texts.pop("press", None)
        for label, text in texts.items():
            state = WidgetState(id=self._ids[label.replace("_", " ")], string_value=text)
            self._widgets[state.id] = state
        if pressed:
            self._widgets[pressed] = WidgetState(id=self._ids[pressed], trigger_value=True)
        await self._run(query)
        self._widgets.pop(pressed or "", None)


async def _tab(address: str, page: str, deed: Callable[[Vandal], Awaitable[None]], query: str = "") -> None:
    """One tab of the other visitor, doing it again and again."""
    while True:
        with contextlib.suppress(Exception):  # whatever becomes of it, it comes back
            async with visiting(address, page, host=OTHER) as visitor:
                vandal = Vandal(visitor)
                await vandal.open(query)
                while True:
                    await deed(vandal)
        await asyncio.sleep(0.05)


def _writes(source: str) -> Callable[[Vandal], Awaitable[None]]:
    return lambda tab: tab.set(Your_function=f"{source}\n# {_drawn.random()}", press="Check it")


async def _new_scale(tab: Vandal) -> None:
    await tab.set_scale(_scale())


async def _new_dtype(tab: Vandal) -> None:
    await tab.go("accuracy", f"dtype={_drawn.choice(DTYPES)}&weights=trained&seed={_drawn.randrange(3)}")


def _pastes(text: str) -> Callable[[Vandal], Awaitable[None]]:
    label = "One row a line, its target last"
    return lambda tab: tab.set(**{label.replace(" ", "_"): text + f"\n{_drawn.random():.3f},0"})


async def _floods_live(address: str) -> None:
    async with connect(f"{address.replace('http', 'ws', 1)}/live", origin=address, local_addr=(OTHER, 0)) as socket:
        while True:
            await socket.send(f"scale={_scale():g}&dtype={_drawn.choice(DTYPES)}")
            await socket.recv()


async def _downloads(address: str) -> None:
    while True:
        await _read(address, f"/home/data.csv?rows=all&dtype=float16&scale={_scale():g}", OTHER)


async def _read(address: str, path: str, host: str = "127.0.0.1") -> None:
    def read() -> None:
        with closing(HTTPConnection(urlsplit(address).netloc, timeout=60, source_address=(host, 0))) as connection:
            connection.request("GET", path)
            connection.getresponse().read()

    await asyncio.to_thread(read)


def _tabs(count: int, page: str, deed: Callable[[Vandal], Awaitable[None]]) -> Callable[[str], Awaitable[object]]:
    return lambda address: asyncio.gather(*(_tab(address, page, deed) for _ in range(count)))


def _many(count: int, deed: Callable[[str], Awaitable[None]]) -> Callable[[str], Awaitable[object]]:
    return lambda address: asyncio.gather(*(deed(address) for _ in range(count)))


async def _nothing(_address: str) -> None:
    await asyncio.sleep(SECONDS * 2)


_LONG_ROWS = "0.5,1.25,-3,0\n" * 70_000
DEEDS: dict[str, Callable[[str], Awaitable[object]]] = {
    "alone": _nothing,
    "a function that grows without end": _tabs(1, "write-it", _writes(_BOMB)),
    "the heaviest function that fits, in 10 tabs": _tabs(10, "write-it", _writes(_HEAVY)),
    "a right function, in 10 tabs": _tabs(10, "write-it", _writes(_RIGHT)),
    "1 MB pasted again and again": _tabs(1, "diagnose", _pastes(_LONG_ROWS)),
    "1 MB pasted in 10 tabs": _tabs(10, "diagnose", _pastes(_LONG_ROWS)),
    "15 MB in the box of a row": _tabs(1, "gradients", lambda tab: tab.set(Logits_of_a_row="1," * 7_500_000)),
    "a new scale in 10 tabs": _tabs(10, "", _new_scale),
    "a new scale on the gradient lab in 10 tabs": _tabs(10, "gradients", _new_scale),
    "new dtypes on the accuracy lab in 4 tabs": _tabs(4, "accuracy", _new_dtype),
    "20 sockets that ask for torch": _many(20, _floods_live),
    "all digits as a table, 8 at a time": _many(8, _downloads),
}


async def _honest(address: str, until: float) -> dict[str, float]:
    """The worst that the visitor waited: for torch while it drags, for a page at a new scale, for a sign of life."""
    worst = {"drag": 0.0, "page": 0.0, "health": 0.0}

    async def drag() -> None:
        async with connect(f"{address.replace('http', 'ws', 1)}/live", origin=address) as socket:
            while time.perf_counter() < until:
                begun, scale = time.perf_counter(), _scale()
                await socket.send(f"scale={scale:g}")
                answer = await socket.recv()
                assert struct.unpack_from("<d", answer)[0] == scale
                worst["drag"] = max(worst["drag"], time.perf_counter() - begun)
                await asyncio.sleep(BETWEEN_S)

    async def change() -> None:
        async with visiting(address, "softmax") as visitor:
            await visitor.open()
            while time.perf_counter() < until:
                worst["page"] = max(worst["page"], await visitor.set_scale(_scale()))
                await asyncio.sleep(2 * BETWEEN_S)

    async def knock() -> None:
        while time.perf_counter() < until:
            begun = time.perf_counter()
            await _read(address, "/_stcore/health")
            worst["health"] = max(worst["health"], time.perf_counter() - begun)
            await asyncio.sleep(BETWEEN_S)

    await asyncio.gather(drag(), change(), knock())
    return {name: 1000 * waited for name, waited in worst.items()}


async def _beside(server: Server, deed: Callable[[str], Awaitable[object]]) -> dict[str, float]:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(32))  # nobody waits here for another
    doing = asyncio.ensure_future(deed(server.address))
    await asyncio.sleep(1.0)
    worst = await _honest(server.address, time.perf_counter() + SECONDS)
    doing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await doing
    return worst | {"memory_mb": process.memory_mb(server.pid)}


def main(chosen: list[str]) -> int:
    found: dict[str, dict[str, float]] = {}
    with started("-m", "streamlit", "run", "app.py", "--server.address=127.0.0.1") as server:
        asyncio.run(_warm(server.address))
        for name, deed in DEEDS.items():
            if chosen and name != "alone" and not any(word in name for word in chosen):
                continue
            found[name] = asyncio.run(_beside(server, deed))
            print(f"{name:48}", "  ".join(f"{it} {value:6.0f}" for it, value in found[name].items()), flush=True)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=2))
    return 0


async def _warm(address: str) -> None:
    """What the first visitor of all waits for is not another's doing."""
    for page in ("", "softmax", "gradients", "accuracy", "write-it", "diagnose"):
        async with visiting(address, page) as visitor:
            await visitor.open()
    await asyncio.sleep(8)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
