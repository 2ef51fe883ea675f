"""The template: loads what tasks need, then forks once for each connection that it is handed.

It ends when the other end of its line does, as that of a server that was killed.
"""

import contextlib
import gc
import mmap
import os
import pickle
import resource
import signal
import socket
import sys
from pathlib import Path

import torch

from core import diagnosis, exercise  # noqa: F401 - loaded here, so that no fork has to
from core.sandbox import Allowance, Ended

_NICE = 5  # what visitors look at goes before
_STATM = Path("/proc/self/statm")


def serve(line: socket.socket) -> None:
    """Forks for each connection, until the line's other end is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries them
    while True:
        message, handed, _, _ = socket.recv_fds(line, 1, 1)
        if not message:
            return
        for number in handed:
            if os.fork() == 0:
                line.close()
                _answer(socket.socket(fileno=number))
                os._exit(0)
            os.close(number)


def _answer(connection: socket.socket) -> None:
    """Runs the task that comes on the connection. Whatever ends this process early closes it without an answer."""
    with contextlib.suppress(OSError), connection, connection.makefile("rwb") as stream:  # nobody waits any more
        allowance, task, args = pickle.load(stream)  # noqa: S301 - from the process that started this one
        _limit(allowance)
        stream.write(b"+")
        stream.flush()
        outcome: tuple[object, Exception | None]
        try:
            outcome = task(*args), None
        except MemoryError:
            outcome = None, _too_large(allowance)
        except RuntimeError as error:  # of torch, which says so by the name of its allocator
            outcome = None, _too_large(allowance) if "DefaultCPUAllocator" in str(error) else error
        except Exception as error:  # noqa: BLE001 - whoever waits for the result gets it
            outcome = None, error
        pickle.dump(outcome, stream)


def _too_large(allowance: Allowance) -> Ended:
    return Ended(f"This needs more than {allowance.megabytes} MB of memory, and was ended")


def _limit(allowance: Allowance) -> None:
    """What the system ends this process for: its default for both signals."""
    signal.setitimer(signal.ITIMER_PROF, allowance.seconds)
    signal.setitimer(signal.ITIMER_REAL, allowance.clock_seconds)
    if _STATM.exists():  # where the system counts address space
        most = int(_STATM.read_text().split()[0]) * mmap.PAGESIZE + allowance.megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def main() -> None:
    os.nice(_NICE)
    torch.set_num_threads(1)
    exercise.check(f"{exercise.START}return x.exp().sum(-1).log()")  # which works out what all checks compare with
    gc.collect()
    gc.freeze()  # or a fork's first collection would copy every page
    serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()
