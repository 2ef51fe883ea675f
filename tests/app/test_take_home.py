"""The panel is on every page; what it gives away prints what the page shows."""

import re
import runpy
import sys

import pytest

from core.exports import document
from pages.parts.contents import READING_ORDER
from pages.server import home


def mounted(app) -> list:
    """The panels of a page."""
    return [it for it in app.get("bidi_component") if it.proto.component_name == "take_home"]


@pytest.mark.parametrize("chapter", READING_ORDER, ids=lambda it: it.url or "break-it")
def test_the_panel_is_on_every_page_and_never_told_anything_new(open_link, chapter):
    app = open_link(scale="300").switch_page(chapter.file).run()
    (first,) = mounted(app)
    app.number_input(key="scale").set_value(20.0).run()
    (second,) = mounted(app)
    assert first.proto.SerializeToString() == second.proto.SerializeToString()


@pytest.mark.parametrize(
    "view",
    [
        {"scale": "300"},
        {"scale": "10000", "dtype": "float16", "weights": "trained"},  # nan by the sum, inf by the index
        {"scale": "2.5", "dtype": "bfloat16", "weights": "trained", "sample": "17"},
    ],
)
def test_the_script_prints_the_three_digits_that_the_page_works_out(open_link, tmp_path, capsys, monkeypatch, view):
    app = open_link(**view).switch_page("story/nll.py").run()
    cells = re.findall(
        r"<td><code>(.*?)</code></td>", next(it.proto.body for it in app.get("html") if "×" in it.proto.body)
    )
    shown = [cell.rpartition("= ")[2] for cell in cells]

    path = tmp_path / "script.py"
    path.write_text(document.script(home.subject({"page": "nll", **view})))
    monkeypatch.setattr(sys, "argv", [str(path)])
    runpy.run_path(str(path), run_name="__main__")
    lines = capsys.readouterr().out.partition("first three digits\n")[2].splitlines()
    printed = [number for line in lines[:11] for number in line.split(":")[1].split()]
    assert printed == shown
    assert len(printed) == 33
