"""What the outside gets: a shared link as a chat's robot reads it, the policy, a base path, nothing of the inside."""

import gzip
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from pages.parts.contents import READING_ORDER
from pages.server import shared_link
from tests.e2e.test_server import ask
from tools.serve import served

PICTURE = re.compile(r'<meta property="og:image" content="([^"]*)"')


@pytest.mark.parametrize("chapter", READING_ORDER, ids=lambda it: it.url or "home")
def test_every_page_says_what_it_is_before_any_script_runs(address, chapter):
    status, headers, body = ask(address, f"/{chapter.url}?scale=300")
    page = body.decode()
    assert status == 200
    assert headers["cache-control"] == "no-cache"
    assert page.count("<title>") == 1
    assert "<title>Streamlit</title>" not in page
    assert PICTURE.search(page).group(1) == f"{address}{shared_link.picture_path()}"
    assert "scale=300" not in page


def test_the_page_comes_compressed_and_is_not_sent_again(address):
    _, headers, packed = ask(address, "/", **{"Accept-Encoding": "gzip, br"})
    assert headers["content-encoding"] == "gzip"
    _, _, plain = ask(address, "/")
    assert gzip.decompress(packed) == plain
    status, _, body = ask(address, "/", **{"If-None-Match": headers["etag"]})
    assert (status, body) == (304, b"")


@pytest.mark.parametrize("host", ['evil"><script>alert(1)</script>', "evil.test/x?", "[", "a b"])
def test_a_forged_host_is_not_repeated(address, host):
    status, _, body = ask(address, "/logits", Host=host)
    assert status in (200, 400)
    assert b"evil" not in body
    assert b"alert(1)" not in body


def test_picture_and_icon_are_there(address):
    for path, source, kept in (
        (shared_link.picture_path(), shared_link.PICTURE, "immutable"),
        ("/favicon.png", shared_link.ICON, "max-age"),
        ("/favicon.ico", shared_link.ICON, "max-age"),
    ):
        status, headers, body = ask(address, path)
        assert (status, headers["content-type"], body) == (200, "image/png", source.read_bytes())
        assert kept in headers["cache-control"]
    assert ask(address, "/assets/0/shared-link.png")[0] == 404


@pytest.mark.parametrize("link", ["/", "/softmax?scale=300", "/overflow", "/diagnose"])
def test_a_browser_keeps_the_policy_on_every_kind_of_page(visit, link):
    visit.page.add_init_script(
        "window.violations = [];"
        "addEventListener('securitypolicyviolation', (it) => violations.push(it.violatedDirective + it.blockedURI))"
    )
    visit.page.goto(visit.address + link)
    visit.page.get_by_test_id("stPageLink").first.wait_for(timeout=60_000)  # the end of every page
    visit.page.get_by_test_id("stPageLink").first.hover()
    visit.page.wait_for_timeout(1_500)
    assert visit.page.evaluate("violations") == []


@pytest.fixture
def course(address) -> Iterator[str]:
    """A page of another site with the app in a frame."""
    frame = f"<iframe src='{address}/teach?embed=true&scale=300' width=1000 height=700></iframe>".encode()

    class Course(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(frame)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Course) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_the_frame_of_another_site_there_is_the_page_and_its_controls_alone(browser, course, scheme):
    page = browser.new_page(color_scheme=scheme)
    page.goto(course)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Teach with it", timeout=60_000)
    expect(frame.get_by_role("spinbutton", name="Scale")).to_have_value("300")
    expect(frame.get_by_text("What works offline")).to_be_visible(timeout=60_000)
    expect(frame.get_by_test_id("stHeader")).to_have_text("")
    for part in ("stTopNavSection", "stSidebar", "stToolbar", "stPageLink"):
        expect(frame.get_by_test_id(part).locator("visible=true")).to_have_count(0)
    frame.get_by_role("link", name="1. Break it").first.click()
    expect(frame.get_by_label("Drag the scale")).to_be_visible(timeout=60_000)
    assert "embed=true" in page.frames[1].url
    expect(frame.get_by_test_id("stTopNavSection").locator("visible=true")).to_have_count(0)
    page.close()


def test_below_a_base_path_everything_answers(visit_as):
    with served("--server.baseUrlPath=a/course") as address:
        tab = visit_as(address)
        assert tab.page.goto(f"{address}/").ok
        asked = []
        tab.page.on("response", lambda it: asked.append((it.status, it.url)))
        tab.page.on("websocket", lambda it: asked.append((101, it.url)))
        page = tab.open("/?scale=300")
        page.locator(".wsb[data-sweep=ready]").wait_for(timeout=60_000)
        page.get_by_label("Drag the scale").press("ArrowRight")
        page.wait_for_timeout(1_000)
        below = {url.split("?")[0].removeprefix(address.replace("http", "ws", 1)) for _, url in asked if url[0] == "w"}
        assert below == {"/_stcore/stream", "/live"}
        assert not [it for it in asked if it[0] >= 400]
        assert not [url for _, url in asked if "/a/course/" not in url and not url.startswith(("data:", "blob:"))]
        host = address.removesuffix("/a/course")
        _, _, body = ask(host, "/a/course/softmax")
        picture = PICTURE.search(body.decode()).group(1)
        assert picture.startswith(f"{address}/assets/")
        assert ask(host, picture.removeprefix(host))[0] == 200
        assert ask(host, "/a/course/favicon.png")[0] == 200


def test_streamlits_socket_takes_no_text_and_metrics_stay_inside(address):
    url = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    with connect(url, subprotocols=["streamlit"], origin=address) as socket:
        socket.send("no protobuf")
        with pytest.raises(ConnectionClosed) as ended:
            socket.recv(timeout=10)
    assert ended.value.rcvd.code == 1003
    assert ask(address, "/_stcore/metrics")[0] == 200
    assert ask(address, "/_stcore/metrics", **{"X-Forwarded-For": "203.0.113.9"})[0] == 404
