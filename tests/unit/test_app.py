"""Starting the server by hand: `python app.py`."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit import config

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize("port", ["abc", "", "0", "65536", "-1", "8501 "])
def test_a_port_that_is_none_ends_with_one_sentence(port):
    ended = subprocess.run(
        [sys.executable, "app.py"], cwd=PROJECT, env={**os.environ, "PORT": port}, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == f"PORT is {port!r}; it must be a whole number, 1 to 65535."


@pytest.mark.parametrize(("verb", "serves_others"), [("run", False), ("class", True)])
def test_only_a_class_is_served_to_the_network(verb, serves_others):
    told = subprocess.run(
        ["make", "-n", "-o", ".venv/ready", verb], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    assert ("tools.every_interface" in told) == serves_others
    assert config.get_option("server.address") == "127.0.0.1"


def test_the_address_for_all_networks_can_be_listened_at():
    address = subprocess.run(
        [sys.executable, "-m", "tools.every_interface"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.strip()
    with socket.create_server((address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET):
        pass
