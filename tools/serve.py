"""A server of the app for tests and screenshots: started, waited for, ended."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parent.parent
READY_WITHIN = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Server:
    """A running server: where it answers, and its process."""

    address: str
    pid: int


@contextmanager
def started(*command: str, port: int | None = None, base: str = "", **environment: str) -> Iterator[Server]:
    """A server that answers `/_stcore/health`: `command` is what Python runs, told its port by the environment."""
    port = port or free_port()
    told = {**os.environ, "STREAMLIT_SERVER_PORT": str(port), "PORT": str(port), **environment}
    process = subprocess.Popen([sys.executable, *command], cwd=PROJECT, env=told)
    address = f"http://127.0.0.1:{port}/{base}".rstrip("/")
    try:
        wait(address, process)
        yield Server(address, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def served(
    *arguments: str, command: tuple[str, ...] = ("-m", "streamlit", "run", "app.py"), port: int | None = None
) -> Iterator[str]:
    """The address of the app, once it answers; `arguments` are Streamlit options such as `--server.baseUrlPath=x`."""
    base = next((a.partition("=")[2] for a in arguments if a.startswith("--server.baseUrlPath=")), "")
    with started(*command, *arguments, port=port, base=base) as server:
        yield server.address


def wait(address: str, process: subprocess.Popen, why: Callable[[], str] = str) -> None:
    """Until the app answers at this address. Raises: RuntimeError where the process ends or none comes, and why."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with status {process.returncode} before it answered {why()}".rstrip())
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"no answer at {address} within {READY_WITHIN} s")
