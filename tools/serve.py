"""A server of the app for tests and screenshots: started, waited for, ended."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).parent.parent
READY_WITHIN = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(
    *arguments: str, command: tuple[str, ...] = ("-m", "streamlit", "run", "app.py"), port: int | None = None
) -> Iterator[str]:
    """The address of a server that answers; `arguments` are Streamlit options such as `--server.baseUrlPath=x`."""
    port = port or free_port()
    environment = {**os.environ, "STREAMLIT_SERVER_PORT": str(port), "PORT": str(port)}
    process = subprocess.Popen([sys.executable, *command, *arguments], cwd=PROJECT, env=environment)
    base = next((a.partition("=")[2] for a in arguments if a.startswith("--server.baseUrlPath=")), "")
    address = f"http://127.0.0.1:{port}/{base}".rstrip("/")
    try:
        _wait(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(address: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with status {process.returncode} before it answered")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"no answer at {address} within {READY_WITHIN} s")
