"""What a class meets: one process with SQLite, or two replicas behind nginx with PostgreSQL that can be hurt."""

import os
import secrets
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from tools import postgres, proxy
from tools.serve import Server, free_port, started

APP = ("-m", "streamlit", "run", "app.py")


@dataclass
class Replica:
    """One process of the app, on a port that it keeps."""

    environment: dict[str, str]
    port: int = field(default_factory=free_port)
    server: Server | None = None
    _running: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        """Returns once it answers."""
        self._running = ExitStack()
        self.server = self._running.enter_context(started(*APP, port=self.port, **self.environment))

    def kill(self) -> None:
        """As a machine does that is switched off: nothing is said to anybody."""
        if self.server:
            os.kill(self.server.pid, signal.SIGKILL)
        self._running.close()
        self.server = None

    def stop(self) -> None:
        self._running.close()


@dataclass(frozen=True)
class Site:
    """address: where students come; replicas: by the name in their cookie; database: PostgreSQL, where there is one"""

    address: str
    replicas: dict[str, Replica]
    database: postgres.Postgres | None = None

    def pids(self) -> list[int]:
        return [it.server.pid for it in self.replicas.values() if it.server]


@contextmanager
def single() -> Iterator[Site]:
    """One process, with SQLite in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        replica = Replica({"CLASS_FOLDER": folder, "LOG_FORMAT": "json"})
        replica.start()
        try:
            yield Site(f"http://127.0.0.1:{replica.port}", {"": replica})
        finally:
            replica.stop()


@contextmanager
def doubled() -> Iterator[Site]:
    """Two replicas behind the proxy of `deploy/`, with one database; all of it gone afterwards."""
    with postgres.running() as database, ExitStack() as stack:
        told = {
            "LOG_FORMAT": "json",
            "DATABASE_URL": database.url,
            "STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_hex(32),
        }
        replicas = {"1": Replica(told), "2": Replica(told)}
        for replica in replicas.values():
            replica.start()
            stack.callback(replica.stop)
        address = stack.enter_context(proxy.proxied(*(f"127.0.0.1:{it.port}" for it in replicas.values())))
        yield Site(address, replicas, database)
