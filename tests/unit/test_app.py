"""Starting the server by hand: `python app.py`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize("port", ["abc", "", "0", "65536", "-1", "8501 "])
def test_a_port_that_is_none_ends_with_one_sentence(port):
    ended = subprocess.run(
        [sys.executable, "app.py"], cwd=PROJECT, env={**os.environ, "PORT": port}, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == f"PORT is {port!r}; it must be a whole number, 1 to 65535."
