"""What the server answers beside pages: compressed files, sweeps, and clear words for what does not exist."""

import gzip
import http.client
import time
from pathlib import Path
from urllib.parse import urlsplit

import brotli
import pytest

from pages.parts import assets
from pages.parts.address import plotly_path
from pages.server import compressed
from pages.server.headers import SECURITY

V = assets.sweeps_version()


def ask(address: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one request, whatever the path holds."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    found = response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    connection.close()
    return found


@pytest.fixture(scope="module")
def script() -> str:
    """The largest of Streamlit's scripts."""
    return max(
        (name for name in compressed.files() if name.endswith(".js")),
        key=lambda it: compressed.files()[it].stat().st_size,
    )


def test_streamlits_scripts_come_compressed_and_may_be_kept(address, script):
    status, headers, body = ask(address, f"/static/{script}", **{"Accept-Encoding": "gzip"})
    assert status == 200
    assert headers["content-encoding"] == "gzip"
    assert "immutable" in headers["cache-control"]
    assert gzip.decompress(body) == compressed.files()[script].read_bytes()
    assert len(body) < 0.5 * compressed.files()[script].stat().st_size


def test_browsers_that_read_brotli_get_what_set_up_left(address):
    name = "js/" + next(
        it.name for it in map(Path, compressed.files()) if it.name.startswith("index.") and it.suffix == ".js"
    )
    original = compressed.files()[name].read_bytes()
    _, headers, body = ask(address, f"/static/{name}", **{"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert headers["content-encoding"] == "br"
    assert brotli.decompress(body) == original
    assert len(body) < len(compressed.gzipped(original))


def test_plotly_js_comes_as_small_as_the_browser_can_read(address):
    sizes = {}
    for accepted, coding in (("gzip, br", "br"), ("gzip", "gzip"), ("identity", None)):
        status, headers, body = ask(address, plotly_path(), **{"Accept-Encoding": accepted})
        assert status == 200
        assert headers.get("content-encoding") == coding
        sizes[coding] = len(body)
    assert sizes["br"] < sizes["gzip"] < sizes[None] == compressed.PLOTLY_JS.stat().st_size


def test_who_cannot_read_gzip_gets_the_file_as_it_is(address, script):
    _, headers, body = ask(address, f"/static/{script}")
    assert "content-encoding" not in headers
    assert body == compressed.files()[script].read_bytes()


@pytest.mark.parametrize("path", ["/", "/_stcore/health", f"/sweep/{V}/untrained/0/float32", "/sweep/none"])
def test_every_answer_carries_the_security_headers(address, path):
    _, headers, _ = ask(address, path)
    assert {name: headers.get(name.lower()) for name in SECURITY} == SECURITY


@pytest.mark.parametrize(
    "path",
    [
        f"/sweep/{V}/untrained/9/float32",
        f"/sweep/{V}/untrained/-1/float32",
        f"/sweep/{V}/untrained/1.0/float32",
        f"/sweep/{V}/untrained/{'1' * 5000}/float32",
        f"/sweep/{V}/trained/0/float8",
        f"/sweep/{V}/%3Cscript%3E/0/float32",
        "/sweep/0/untrained/0/float32",
        "/assets/modules/0/main.js",
        "/assets/plotly-0.min.js",
    ],
)
def test_what_does_not_exist_is_404_with_a_sentence_that_repeats_nothing(address, path):
    status, _, body = ask(address, path)
    assert status in (400, 404)
    assert len(body) < 300
    assert b"script>" not in body
    assert b"1111" not in body


@pytest.mark.parametrize("path", ["/nosuch", "/a/b?scale=300", "/static/gone.js", "/_stcore/nosuch"])
def test_what_is_no_page_leads_to_the_contents(address, path):
    status, _, body = ask(address, path)
    assert status == 404
    assert b"There is no such page" in body
    assert b'href="/softmax"' in body


@pytest.mark.parametrize("path", ["/static/../../../../etc/passwd", "/static/..%2f..%2f..%2fetc%2fpasswd"])
def test_no_path_leads_out_of_the_folder(address, path):
    _, _, body = ask(address, path, **{"Accept-Encoding": "gzip"})
    assert b"root:" not in body


def test_a_sweep_may_be_kept_for_good_once_it_is_whole(address):
    path = assets.sweep_path("untrained", 0, "float32")
    deadline = time.monotonic() + 60
    while (found := ask(address, path))[0] == 202 and time.monotonic() < deadline:
        assert found[1]["cache-control"] == "no-store"
        time.sleep(0.5)
    status, headers, body = found
    assert status == 200
    assert "immutable" in headers["cache-control"]
    assert len(gzip.decompress(body)) > 100_000


@pytest.mark.parametrize("path", ["/", "/softmax", "/?scale=300"])
def test_the_first_page_asks_for_plotly_js_at_once(address, path):
    status, headers, body = ask(address, path)
    assert status == 200
    assert headers["cache-control"] == "no-cache"
    assert body.count(f'<script defer src="{plotly_path()}"'.encode()) == 1
    assert body.count(b'<div id="root">') == 1
