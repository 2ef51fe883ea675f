"""Script and notebook as files: what they import, hide and hold, and that a notebook is one by its schema."""

import ast
import re
import sys

import nbformat
import pytest

from core.exports import document
from core.exports.sources import definitions, needed
from core.view import View
from pages.parts.contents import READING_ORDER

TITLES = {chapter.url: chapter.title for chapter in READING_ORDER}


def test_a_notebook_is_one_by_its_schema(page, subjects):
    notebook = nbformat.reads(document.notebook(subjects[page]), as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert notebook.cells[0].source.startswith(f"# Where Softmax Breaks: {TITLES[page]}")


def test_it_imports_torch_and_what_comes_with_python(page, subjects):
    nodes = list(ast.walk(ast.parse(document.script(subjects[page]))))
    asked = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    asked |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in asked} - sys.stdlib_module_names == {"torch"}


def test_no_definition_is_hidden_by_another_or_by_a_variable(page, subjects):
    body = ast.parse(document.script(subjects[page])).body
    defined = [node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    rest = (node for node in body if not isinstance(node, ast.FunctionDef | ast.ClassDef))
    names = (it for node in rest for it in ast.walk(node) if isinstance(it, ast.Name))
    assert len(defined) == len(set(defined))
    assert not set(defined) & {it.id for it in names if isinstance(it.ctx, ast.Store)}


def test_formulas_stand_in_it_as_they_stand_in_the_core(subjects):
    text = document.script(subjects["agreement"])
    for name in ("log_of_softmax", "log1p_nll", "nll_per_sample", "scaled", "near"):
        home = next(it for (_, key), it in definitions().items() if key == name)
        assert home.source in text


def test_of_two_with_one_name_the_later_is_renamed_and_says_so():
    written = {it.name: it.source for it in needed("predicted; causes")}
    assert written["Facts_of_prediction"].startswith("# In core.prediction this is called Facts.\n")
    assert "-> Facts_of_prediction:" in written["facts_of_prediction"]


@pytest.mark.parametrize("page", TITLES)
def test_a_files_name_is_plain(page, subject):
    assert re.fullmatch(r"[\w.-]{20,120}", document.file_name(subject(page, scale=0.100001)))


def test_a_view_is_written_so_that_it_is_read_back(subject):
    text = document.script(subject("nll", scale=0.300001, dtype="bfloat16", weights="trained", sample=49_999))
    query = re.findall(r"/nll\?(\S+)", text)[0]
    fields = dict(part.split("=") for part in query.split("&"))
    assert View.parse(fields) == View(0.300001, "bfloat16", "trained", 0, 49_999)
