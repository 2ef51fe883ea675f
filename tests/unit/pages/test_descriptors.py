"""A class of two hundred fits where a process begins with few descriptors."""

import subprocess
import sys
from pathlib import Path

import pytest

from pages.server.descriptors import ENOUGH

PROJECT = Path(__file__).parents[3]
TOLD = """
import resource
from pages.server.descriptors import raise_limit
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
raise_limit()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "becomes"),
    [(256, 4096, 4096), (256, ENOUGH + 5_000, ENOUGH), (ENOUGH + 1_000, ENOUGH + 5_000, ENOUGH + 1_000)],
)
def test_the_limit_is_raised_as_far_as_needed_and_allowed_and_never_lowered(soft, hard, becomes):
    ran = subprocess.run(
        [sys.executable, "-c", TOLD.format(soft=soft, hard=hard)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == [str(becomes), str(hard)]
