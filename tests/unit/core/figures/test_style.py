"""What figures share."""

import subprocess
import sys


def test_pandas_is_whole_before_a_figure_is_drawn():
    """Two visitors at once, on two pages: one's loaded pandas, the other's drew and found it without Series."""
    code = "import sys, core.figures.style; print(hasattr(sys.modules.get('pandas'), 'Series'))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "True"
