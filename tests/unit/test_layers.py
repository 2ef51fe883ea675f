"""The core stands alone: it can be used from a notebook, without Streamlit and without the pages."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core"


def modules():
    paths = (path.relative_to(ROOT).with_suffix("") for path in CORE.rglob("*.py"))
    return sorted(".".join(path.parts).removesuffix(".__init__") for path in paths)


def test_importing_the_core_imports_neither_streamlit_nor_pages():
    assert {"core.losses", "core.figures.strip"} <= set(modules())
    code = f"import sys, {', '.join(modules())}; print(*(m for m in ('streamlit', 'pages', 'app') if m in sys.modules))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")


def test_the_core_does_not_mention_streamlit_in_an_import():
    for path in CORE.rglob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        imports = [line.strip() for line in lines if line.strip().startswith(("import ", "from "))]
        assert not [line for line in imports if line.split()[1].split(".")[0] in ("streamlit", "pages", "app")], path
