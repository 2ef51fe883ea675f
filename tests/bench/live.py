"""How long torch takes to answer a hand that moves: the headline losses of all digits at one scale, by websocket."""

import asyncio
import struct
import time

from websockets.asyncio.client import connect

from core.sweep import SCALES
from tests.bench.crowd import milliseconds
from tools.serve import Server

QUESTIONS = 60


def live(server: Server) -> dict[str, float]:
    """Milliseconds from a question to its answer, one after the other."""
    return milliseconds(asyncio.run(_asked(server.address)))


async def _asked(address: str) -> list[float]:
    waited = []
    async with connect(f"{address.replace('http', 'ws', 1)}/live", origin=address) as socket:
        for scale in SCALES[:: len(SCALES) // QUESTIONS]:
            begun = time.perf_counter()
            await socket.send(f"scale={scale}")
            answered, *_losses = struct.unpack("<5d", await socket.recv())
            if answered != scale:
                raise RuntimeError(f"asked for {scale}, answered for {answered}")
            waited.append(time.perf_counter() - begun)
    return waited
