"""A task of a visitor's ends by itself or is ended; nothing of it stays in the process that asked."""

import math
import operator
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from core import exercise, sandbox
from core.exercise import Refused
from core.sandbox import Allowance, Ended
from tests.unit.core.exercise.test_attacks import HEAD, ROOT
from tests.unit.core.exercise.variants import RIGHT

SHORT = Allowance(seconds=0.2, megabytes=64)
BOMB = f"{HEAD}    a = (1, 2)\n" + "    a = (a, a, a, a)\n" * 27 + "    b = a[0]\n    return x"


def test_a_result_comes_back():
    report = sandbox.run(exercise.check, RIGHT["amax"])
    assert report.passed
    assert report == exercise.check(RIGHT["amax"])


def test_tensors_come_back_to_the_last_bit():
    x = torch.tensor([0.1, -math.inf, math.nan])
    assert torch.allclose(sandbox.run(torch.exp, x), x.exp(), rtol=0, atol=0, equal_nan=True)


def test_an_exception_comes_back_with_its_sentence_and_its_line():
    with pytest.raises(Refused, match=r"^Line 2: `__class__`") as refused:
        sandbox.run(exercise.check, f"{HEAD}    return x.__class__")
    assert refused.value.line == 2
    with pytest.raises(ZeroDivisionError):
        sandbox.run(operator.truediv, 1, 0)


@pytest.mark.parametrize("task", [(math.factorial, 10**7), (time.sleep, 60)], ids=["computes", "waits"])
def test_what_takes_too_long_is_ended(task):
    with pytest.raises(Ended, match=r"more than 0\.2 s of computing"):
        sandbox.run(*task, allowance=SHORT)


@pytest.mark.parametrize("task", [(operator.mul, [1], 2**28), (torch.ones, 2**28)], ids=["Python", "torch"])
def test_what_takes_too_much_memory_is_ended(task):
    with pytest.raises(Ended, match="more than 64 MB of memory"):
        sandbox.run(*task, allowance=SHORT)


def test_others_are_answered_while_one_computes():
    with ThreadPoolExecutor(4) as visitors:
        slow = [visitors.submit(sandbox.run, time.sleep, 60, allowance=SHORT) for _ in range(3)]
        assert sandbox.run(exercise.check, RIGHT["amax"]).passed
        assert not any(it.done() for it in slow)
        for it in slow:
            with pytest.raises(Ended):
                it.result()


def test_a_template_that_was_killed_is_started_anew():
    sandbox.run(sum, [1])
    os.kill(sandbox._template.process.pid, signal.SIGKILL)
    sandbox._template.process.wait()
    assert sandbox.run(sum, [1, 2]) == 3


def test_where_no_process_is_to_be_had_a_sentence_says_so(monkeypatch):
    def none_left(*_, **__):
        raise OSError("out of processes")

    sandbox.stop()
    monkeypatch.setattr(subprocess, "Popen", none_left)
    with pytest.raises(Ended, match="out of processes"):
        sandbox.run(sum, [1])


def test_nothing_is_left_when_the_process_that_asked_is_killed():
    code = "from core import sandbox; sandbox.run(sum, [1]); print(sandbox._template.process.pid, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as asker:
        template = int(asker.stdout.readline())
        asker.kill()
    deadline = time.monotonic() + 10
    while _lives(template) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _lives(template)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_fork_has_no_connection_of_another_task():
    assert sandbox.run(_sockets) == 1  # its own


def _sockets() -> int:
    """How many sockets this process has open."""
    found = 0
    for number in range(3, 64):
        try:
            socket.socket(fileno=os.dup(number)).close()
        except OSError:
            continue
        found += 1
    return found
