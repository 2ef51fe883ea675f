"""Debian's nginx in front of two replicas, with the configuration of `deploy/`: for tests and for `make proof`."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.serve import PROJECT, free_port, wait

TEMPLATE = PROJECT / "deploy" / "nginx.conf.template"
_NAMES = ("LISTEN", "APP_1", "APP_2", "IN_FRONT", "SCRATCH", "MAX_BODY")
_NOBODY = "192.0.2.1"


def find() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def install() -> None:
    """Debian's package, when root."""
    if not find() and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "nginx-light"]):
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env=quiet)
        subprocess.run(["service", "nginx", "stop"], check=False, capture_output=True)  # which Debian may have started


def filled_in(**values: str) -> str:
    """The configuration as nginx reads it. What the container's start does, for the same names."""
    text = TEMPLATE.read_text()
    for name in _NAMES:
        text = text.replace(f"${{{name}}}", values[name])
    return text


def configured(folder: Path, listen: str, app_1: str, app_2: str, in_front: str = _NOBODY) -> Path:
    """The configuration for these addresses, written into a folder that nginx may use."""
    path = folder / "nginx.conf"
    values = {"LISTEN": listen, "APP_1": app_1, "APP_2": app_2, "IN_FRONT": in_front}
    path.write_text(filled_in(**values, SCRATCH=str(folder), MAX_BODY="2m"))
    return path


@contextmanager
def proxied(app_1: str, app_2: str, in_front: str = _NOBODY) -> Iterator[str]:
    """The address of a proxy before two replicas, each `address:port`, once one of them answers through it.

    in_front: the address of what ends TLS before it
    """
    nginx = find()
    if nginx is None:
        raise RuntimeError("nginx is not installed (Debian: apt-get install nginx-light)")
    folder = Path(tempfile.mkdtemp(prefix="proxy-"))
    folder.chmod(0o711)  # its workers are somebody else
    listen = f"127.0.0.1:{free_port()}"
    try:
        command = [nginx, "-c", str(configured(folder, listen, app_1, app_2, in_front)), "-g", "daemon off;"]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait(f"http://{listen}", process, lambda: (folder / "log").read_text()[-500:])
            yield f"http://{listen}"
        finally:
            process.terminate()
            process.wait(timeout=20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    install()
    print(f"nginx: {find() or 'none found; its tests will be skipped'}")
