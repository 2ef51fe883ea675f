"""What visitors read where a page cannot be shown: in a process of its own, since what is known needs no file."""

import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.failures import UNFORESEEN
from tests.app.conftest import ROUTER

SAY_WHAT_EVERY_PAGE_SAYS = """
import pathlib, sys
from streamlit.testing.v1 import AppTest
from core import data
from pages.parts.contents import READING_ORDER

def said(chapter):
    app = AppTest.from_file(sys.argv[1], default_timeout=60).run()
    app = app.switch_page(chapter.file).run() if chapter.url else app
    assert not app.exception, (chapter, app.exception)
    links = len(app.get("page_link"))
    return [it.value for it in app.error], links

folder = pathlib.Path(sys.argv[2])
data.load.__defaults__ = (folder,)
for chapter in READING_ORDER:
    print("without", chapter.url, *said(chapter))
data.load.__defaults__ = (data.FOLDER,)
for chapter in READING_ORDER[:4]:
    print("again", chapter.url, *said(chapter))
"""


@pytest.fixture(scope="module")
def lines(tmp_path_factory) -> dict[str, list[str]]:
    folder: Path = tmp_path_factory.mktemp("mnist")
    (folder / "train-images-idx3-ubyte.gz").write_bytes(b"\x1f\x8b damaged")
    ran = subprocess.run(
        [sys.executable, "-c", SAY_WHAT_EVERY_PAGE_SAYS, str(ROUTER), str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROUTER.parents[1],
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    said = ran.stdout.splitlines()
    return {when: [it for it in said if it.startswith(when)] for when in ("without", "again")}


def test_every_page_that_needs_a_data_file_says_which_where_and_what_to_do(lines):
    with_error = [it for it in lines["without"] if "[]" not in it]
    assert len(with_error) >= 10
    for it in with_error:
        assert "train-images-idx3-ubyte.gz" in it
        assert "Restore it with `git checkout -- core/mnist/train-images-idx3-ubyte.gz`" in it
        assert "Then load this page again" in it
        assert it.count("The data file") == 1
    assert not [it for it in lines["without"] if it.endswith(" 0")], "the way to other pages stays"


def test_the_file_put_back_is_found_without_a_restart(lines):
    assert not [it for it in lines["again"] if "[]" not in it]


def test_an_error_that_nobody_foresaw_is_said_in_words_of_ours():
    def page():
        from pages.parts.failures import say_unforeseen

        assert say_unforeseen(ZeroDivisionError("private"))

    app = AppTest.from_function(page).run()
    assert [it.value for it in app.error] == [UNFORESEEN]
