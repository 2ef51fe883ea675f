"""What visitors take home, asked over HTTP without a network: right files, and an answer to any question."""

import csv
import io
import json
import re
from urllib.parse import urlencode

import numpy as np
import pytest
import torch
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.exports import table
from core.losses import FORMULAS
from core.view import View
from pages.parts import cached
from pages.parts.contents import READING_ORDER
from pages.server import home
from pages.server.routes import routes

HERE = "http://testserver"
FILES = {
    "script.py": "text/x-python; charset=utf-8",
    "notebook.ipynb": "application/x-ipynb+json",
    "data.csv": "text/csv; charset=utf-8",
}

HOSTILE = (
    "",
    "page=../../etc/passwd",
    "page=<script>alert(1)</script>&scale=<b>",
    "page=nll%0d%0aX-Evil:%201",
    "scale=1e999&dtype=float8&weights=gold&seed=-1&sample=1e400",
    "scale=nan&sample=nan&seed=inf",
    "scale=%00%ff%fe&page=%f0%9f",
    "sample=" + "9" * 5000,
    "page=" + "x" * 20_000,
    "lr=nan&page=training",
    "lr=1e999&page=training",
    "rows=<i>&rows=all&rows=2",
    "&".join(f"a{i}={i}" for i in range(3_000)),
    "%=%&&&==",
)


@pytest.fixture(scope="module")
def client():
    return TestClient(Starlette(routes=routes()), base_url=HERE)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("query", HOSTILE, ids=lambda it: it[:30] or "nothing")
def test_any_question_is_answered_with_a_view_and_nothing_of_it_is_repeated(client, name, query):
    answer = client.get(f"/home/{name}?{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == FILES[name]
    assert answer.headers["cache-control"] == "no-store"
    assert re.fullmatch(r'attachment; filename="[\w.-]+"', answer.headers["content-disposition"])
    assert "x-evil" not in answer.headers
    for repeated in ("alert(1)", "<b>", "passwd", "float8", "99999", "xxxxx"):
        assert repeated not in answer.text


@pytest.mark.parametrize("chapter", READING_ORDER, ids=lambda it: it.url or "break-it")
def test_every_page_has_a_script_of_its_own_title_and_view(client, chapter):
    view = View(300.0, "bfloat16", "untrained", 0, 8617)
    text = client.get(f"/home/script.py?{urlencode(view.parameters() | {'page': chapter.url})}").text
    assert f"# # Where Softmax Breaks: {chapter.title}\n" in text
    assert f"# The page: /{chapter.url}{view.query()}\n" in text
    unscaled = cached.logits("untrained", 0)[8617]
    numbers = re.findall(r"LOGITS = torch.tensor\(\n    \[(.*)\],\n", text)[0].split(", ")
    assert torch.equal(torch.tensor([float(number) for number in numbers], dtype=torch.float32), unscaled)


def test_without_a_sample_it_is_the_first_to_fail(client):
    assert f"\nDIGIT = {cached.chosen(View())}\n" in client.get("/home/script.py").text


def test_the_learning_rate_of_the_training_lab_is_kept(client):
    assert "\nRATE = 0.005\n" in client.get("/home/script.py?page=training&lr=0.005").text
    assert "\nRATE = 0.5\n" in client.get("/home/script.py?page=training&lr=9000").text


def test_the_notebook_is_json(client):
    assert json.loads(client.get("/home/notebook.ipynb?page=nll").text)["nbformat"] == 4


def test_the_small_table_is_the_strip_and_the_large_one_every_digit(client):
    view = View(300.0, "float16")
    for more, rows in (("", cached.strip_rows("untrained", 0, "float16")), ("&rows=all", np.arange(50_000))):
        answer = client.get(f"/home/data.csv{view.query()}{more}")
        lines = list(csv.reader(io.StringIO(answer.text)))
        assert ",".join(lines[0]) == table.HEAD
        assert [int(line[0]) for line in lines[1:]] == rows.tolist()
        assert f"-{len(rows)}-digits.csv" in answer.headers["content-disposition"]
    losses = np.array([line[12 : 12 + len(FORMULAS)] for line in lines[1:]]).astype(np.float16)
    means = losses.astype(np.float64).mean(0)  # of the numbers that the decimals name in float16
    np.testing.assert_allclose(means, cached.now(view).frame.loss, rtol=1e-12)


@pytest.mark.parametrize("address", [f"{HERE}/", f"{HERE}/nll?scale=300&dtype=float16", f"{HERE}/ü?x=%3Cb%3E"])
def test_an_address_of_this_site_becomes_a_qr_code(client, address):
    answer = client.get("/home/qr.svg", params={"address": address})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.content == home.qr_code(address)
    assert b"<b>" not in answer.content


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nll?scale=300",
        "//testserver/nll",
        "javascript:alert(1)",
        "ftp://testserver/",
        "http://elsewhere.test/",
        "http://testserver@elsewhere.test/",
        "http://testserver.elsewhere.test/",
        "http://elsewhere.test/testserver",
        "http://[::1",
        f"{HERE}/{'x' * home.LONGEST_ADDRESS}",
        "http://testserver\\@elsewhere.test/",
    ],
)
def test_no_qr_code_is_made_for_another_site(client, address):
    answer = client.get("/home/qr.svg", params={"address": address})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith("No QR code: it is made for addresses of this site alone.")
    assert "elsewhere" not in answer.text


def test_the_longest_address_fits_into_a_code():
    assert home.qr_code(f"{HERE}/?{'ü' * (home.LONGEST_ADDRESS - 20)}").startswith(b"<?xml")


def test_the_codes_that_are_kept_are_bounded():
    assert home.qr_code.cache_info().maxsize == 128
