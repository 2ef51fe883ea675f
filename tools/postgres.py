"""A throw-away PostgreSQL on 127.0.0.1: made in a temporary folder, used, removed.

    with postgres.running() as server:
        rooms.connect(server.url)
        server.restart()

`python -m tools.postgres COMMAND...` runs a command with TEST_DATABASE_URL set to it. It takes the newest
PostgreSQL that is installed; where there is none, Debian's package is installed when root.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.serve import free_port

DEBIAN = Path("/usr/lib/postgresql")
USER = "class"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server. url: of a database in it, for DATABASE_URL; folder: its data and its log."""

    url: str
    folder: Path

    def restart(self, how: str = "fast") -> None:
        """Stops and starts it on the same port. how: fast ends sessions, immediate is as good as a crash."""
        self.stop(how)
        self.start()

    def stop(self, how: str = "fast") -> None:
        _run("pg_ctl", "-D", self.folder / "data", "-m", how, "-w", "stop")

    def start(self) -> None:
        _run("pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-w", "-t", "60", "start")


@contextmanager
def running(port: int | None = None, *, durable: bool = True) -> Iterator[Postgres]:
    """The server, once it answers; gone afterwards with all it held.

    durable: False saves waiting for the disk; what is committed survives a crash of the server, not of the machine
    Raises: RuntimeError saying what is missing
    """
    port = port or free_port()
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        _give_away(folder)
        _run("initdb", "-D", folder / "data", "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        with (folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(f"listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\n")
            settings.write(f"fsync = {durable}\n")
        server = Postgres(f"postgresql://{USER}@127.0.0.1:{port}/postgres", folder)
        server.start()
        try:
            yield server
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find(program: str) -> str | None:
    """Path of one of PostgreSQL's programs: on the path, or where Debian puts the newest."""
    installed = sorted(DEBIAN.glob(f"*/bin/{program}"), key=lambda path: float(path.parts[-3]))
    return str(installed[-1]) if installed else shutil.which(program)


def install() -> None:
    """Debian's package, when root. Ends the process with a sentence where that does not work."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "postgresql"]):
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env=quiet)
    if not find("initdb"):
        sys.exit("PostgreSQL is not installed: install it (Debian: apt-get install postgresql), then try again.")


def _owner() -> str | None:
    """Who runs the server: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    import pwd

    return next(user for user in ("postgres", "nobody") if user in {entry.pw_name for entry in pwd.getpwall()})


def _give_away(folder: Path) -> None:
    if owner := _owner():
        shutil.chown(folder, user=owner)


def _run(program: str, *arguments: str | Path) -> None:
    path = find(program)
    if path is None:
        raise RuntimeError(f"PostgreSQL's {program} is not installed (Debian: apt-get install postgresql)")
    done = subprocess.run(
        [path, *map(str, arguments)],
        user=_owner(),
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{program} ended with {done.returncode}: {done.stderr.strip()}")


def main(command: list[str]) -> int:
    """Runs the command beside a server; its exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # or the server would outlive us
    if not find("initdb"):
        install()
    with running(durable=False) as server:
        return subprocess.run(command, env={**os.environ, "TEST_DATABASE_URL": server.url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
