"""What a first visitor waits for, counted in modules: nothing slow is loaded that Break it does not need."""

import subprocess
import sys

from tests.app.conftest import ROUTER

RUN = f"""
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({str(ROUTER)!r}, default_timeout=60).run()
assert not app.exception, app.exception
print(sorted({{"pandas", "pyarrow", "nbformat", "safetensors", "sqlalchemy"}} & sys.modules.keys()))
"""


def test_break_it_loads_no_library_that_it_does_not_need():
    ran = subprocess.run(
        [sys.executable, "-c", RUN], capture_output=True, text=True, timeout=120, cwd=ROUTER.parents[1]
    )
    assert ran.stdout.strip() == "[]", ran.stderr[-1000:]
