"""Exported code, run where neither this project nor anything but torch can be imported."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence

import pytest

from core.data import FOLDER
from core.exports import document
from core.exports.document import Subject
from core.training import Setting
from core.view import View
from pages.parts.contents import READING_ORDER

# One process for many scripts, since torch takes seconds to load: each runs in a namespace of its own.
RUNNER = """
import contextlib, io, json, runpy, sys
for foreign in ("core", "pages", "numpy", "flint", "pandas", "streamlit", "plotly", "PIL", "scipy"):
    sys.modules[foreign] = None  # importing it raises ImportError
outputs = []
for path, *arguments in json.load(sys.stdin):
    sys.argv = [path, *arguments]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        runpy.run_path(path, run_name="__main__")
    outputs.append(printed.getvalue())
json.dump(outputs, sys.stdout)
"""

TITLES = {chapter.url: chapter.title for chapter in READING_ORDER}


@pytest.fixture(scope="session")
def subject(digits, logits) -> Callable[..., Subject]:
    """A page at a view, of weights of seed 0; the digit shown is the one named, or 0."""

    def made(page: str = "", rate: float = Setting().lr, **view: object) -> Subject:
        shown = View(**view)
        digit = shown.sample or 0
        own, targets = logits[shown.weights], digits.targets
        return Subject(shown, page, TITLES[page], digit, own[digit], int(targets[digit]), own[:3], targets[:3], rate)

    return made


@pytest.fixture(scope="session")
def outside(tmp_path_factory) -> Callable[..., list[str]]:
    """Runs scripts far from the project, with torch alone, each with its arguments: what each printed."""

    def run(scripts: Sequence[tuple[str, ...]]) -> list[str]:
        place = tmp_path_factory.mktemp("outside")
        jobs = []
        for number, (text, *arguments) in enumerate(scripts):
            path = place / f"{number}.py"
            path.write_text(text)
            jobs.append([str(path), *arguments])
        ran = subprocess.run(
            [sys.executable, "-I", "-W", "ignore:Failed to initialize NumPy", "-c", RUNNER],
            input=json.dumps(jobs),
            capture_output=True,
            text=True,
            cwd=place,
            timeout=120,
        )
        assert ran.returncode == 0, ran.stderr[-2000:]
        return json.loads(ran.stdout)

    return run


# Every page, every dtype with both weights, scales where nothing fails, where some digits do, where all logits are inf.
CASES = {
    "": {"scale": 300.0, "sample": 8617},
    "logits": {"scale": 0.1, "dtype": "bfloat16", "sample": 49_999},
    "softmax": {"scale": 10_000.0, "dtype": "float16", "weights": "trained", "sample": 7},
    "nll": {"scale": 7.7, "dtype": "float64", "weights": "trained", "sample": 4},
    "log-quotient": {"scale": 3000.0, "dtype": "float64"},
    "logsumexp": {"scale": 10_000.0, "dtype": "float16"},
    "agreement": {"scale": 20.0, "dtype": "float16"},
    "overflow": {"scale": 5.0, "weights": "trained", "sample": 12},
    "gradients": {"scale": 190.0, "dtype": "bfloat16", "sample": 100},
    "accuracy": {"scale": 2.0, "weights": "trained"},
    "training": {"scale": 100.0, "rate": 0.005},
    "questions": {"scale": 9.0, "dtype": "bfloat16", "weights": "trained", "sample": 123},
}


@pytest.fixture(params=CASES)
def page(request) -> str:
    """Each page of CASES."""
    return request.param


@pytest.fixture(scope="session")
def subjects(subject):
    return {page: subject(page, **case) for page, case in CASES.items()}


@pytest.fixture(scope="session")
def ran(subjects, outside):
    """(kind, page) -> what it printed: every script with the digits; a few as notebooks, and without the digits."""
    scripts = {page: document.script(it) for page, it in subjects.items()}
    jobs = {("script", page): (text, str(FOLDER)) for page, text in scripts.items()}
    jobs |= {("alone", page): (scripts[page],) for page in ("nll", "training")}
    jobs |= {("notebook", page): (code_of(document.notebook(subjects[page])),) for page in ("nll", "softmax")}
    return dict(zip(jobs, outside(list(jobs.values())), strict=True))


def code_of(notebook: str) -> str:
    """The cells one after the other, the variable at the top set."""
    cells = json.loads(notebook)["cells"]
    code = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert code.count("\nMNIST = None") == 1
    return code.replace("\nMNIST = None", f"\nMNIST = {str(FOLDER)!r}")
