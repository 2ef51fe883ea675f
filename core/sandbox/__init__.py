"""What a visitor hands in is handled in a process of its own, which the system ends where it takes too much.

A template process has loaded torch and what tasks need; each task runs in a fork of it, which costs some milliseconds.
The fork sets its own limits before it sees what was handed in: processor time, time on the clock, and memory beyond
what the template has. Whatever becomes of it, the caller's process neither computes nor waits for longer than that.

>>> from core import exercise, sandbox
>>> sandbox.run(exercise.check, "def logsumexp(x):\\n    return x.exp().sum(-1).log()").passed
False
"""

import atexit
import pickle
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_ROOT = Path(__file__).parents[2]
_STARTING_S = 60.0  # the template loads torch first
_PATIENCE = 10.0  # seconds on the clock for each of the processor: others compute too


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one task may take.

    seconds:   of processor time
    megabytes: of address space beyond the template's
    """

    seconds: float = 1.0
    megabytes: int = 256

    @property
    def clock_seconds(self) -> float:
        return self.seconds * _PATIENCE


class Ended(RuntimeError):
    """The task was ended before it had an answer; one sentence."""


@dataclass(frozen=True, slots=True)
class _Template:
    """The process that is forked, and the line on which it is handed connections."""

    process: subprocess.Popen
    line: socket.socket


_lock = threading.Lock()
_template: _Template | None = None


def run(task: Callable[..., T], *args: Any, allowance: Allowance | None = None) -> T:
    """task(*args), computed in a process of its own: its result, or its exception.

    task: a function at the top level of a module; it, its arguments and its result are pickled
    Raises: Ended where the allowance is used up, or where no process is to be had
    """
    allowed = allowance or Allowance()
    try:
        with _connected() as connection, connection.makefile("rwb") as stream:
            connection.settimeout(_STARTING_S)
            pickle.dump((allowed, task, args), stream)
            stream.flush()
            stream.read(1)  # the fork has read it, and its own limits hold from now on
            connection.settimeout(None)
            result, error = pickle.load(stream)  # noqa: S301 - from our own code, which runs there
    except (EOFError, pickle.UnpicklingError):
        raise Ended(f"This took more than {allowed.seconds:g} s of computing, and was ended") from None
    except (OSError, subprocess.SubprocessError) as failure:
        raise Ended(f"There is no process to compute this in now ({failure}): try again") from failure
    if error is not None:
        raise error
    return result


def start() -> None:
    """Has the template load what it needs, so that the first task need not wait for it. Returns at once."""
    _line()


def stop() -> None:
    """Ends the template; tasks that run end by their own limits. The next task starts another."""
    global _template
    with _lock:
        ended, _template = _template, None
    if ended:
        _end(ended)


def _connected() -> socket.socket:
    """A connection whose other end a new fork of the template has."""
    with ExitStack() as unless_it_is_handed_over:
        ours, theirs = socket.socketpair()
        unless_it_is_handed_over.enter_context(ours)
        with theirs:
            socket.send_fds(_line(), [b"+"], [theirs.fileno()])
        unless_it_is_handed_over.pop_all()
    return ours


def _line() -> socket.socket:
    """The line to the template, which is started where there is none or it has ended."""
    global _template
    with _lock:
        if _template is None or _template.process.poll() is not None:
            ended, _template = _template, None
            if ended:
                _end(ended)
            _template = _started()
            atexit.register(stop)
        return _template.line


def _end(template: _Template) -> None:
    template.line.close()
    template.process.terminate()
    template.process.wait()


def _started() -> _Template:
    with ExitStack() as unless_it_starts:
        ours, theirs = socket.socketpair()
        unless_it_starts.enter_context(ours)
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - this project's own module
                [sys.executable, "-m", "core.sandbox", str(theirs.fileno())],
                cwd=_ROOT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the server, whose end ends the template
            )
        unless_it_starts.pop_all()
    return _Template(process, ours)
