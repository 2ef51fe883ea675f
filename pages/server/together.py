"""Streamlit lets its event loop go round once after every message it sends, twenty-five times for a run of a page.

Each round is a write to the network and a wait for the interpreter, which runs of pages want too.
"""

import asyncio
from types import SimpleNamespace

from streamlit.runtime import runtime


def send_together() -> None:
    """From now on the messages that wait for a browser go out in one round. A longer sleep stays what it is."""

    async def sleep(seconds: float) -> None:
        if seconds:
            await asyncio.sleep(seconds)

    runtime.asyncio = SimpleNamespace(**vars(asyncio) | {"sleep": sleep})  # type: ignore[assignment]
