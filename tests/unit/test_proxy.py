"""nginx with the configuration of `deploy/`, before two small servers that say who they are and what they were told."""

import http.client
import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from tools import proxy
from tools.serve import free_port

pytestmark = pytest.mark.skipif(not proxy.find(), reason="no nginx: apt-get install nginx-light")


class Replica(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body in one packet

    def do_GET(self):
        body = json.dumps({"replica": self.server.name, **{k.lower(): v for k, v in self.headers.items()}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        if self.path.startswith("/static/"):
            self.send_header("Cache-Control", "public, max-age=31536000, immutable")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def replica(name, port):
    server = ThreadingHTTPServer(("127.0.0.1", port), Replica)
    server.name, server.daemon_threads = name, True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def ports():
    return free_port(), free_port()


@pytest.fixture(scope="module")
def address(ports):
    with (
        replica("1", ports[0]),
        replica("2", ports[1]),
        proxy.proxied(*(f"127.0.0.1:{port}" for port in ports)) as address,
    ):
        yield address


def ask(address, path="/", **headers):
    """Status, headers, and what the replica said."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    found = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, found, json.loads(body) if body.startswith(b"{") else {}


@pytest.mark.parametrize("name", ["1", "2"])
def test_a_browser_stays_with_the_replica_in_its_cookie(address, name):
    for _ in range(6):
        _, headers, said = ask(address, Cookie=f"wsb_replica={name}")
        assert said["replica"] == name
        assert "set-cookie" not in headers


@pytest.mark.parametrize("cookie", ["", "wsb_replica=3", "wsb_replica=replica_1", "wsb_replica=127.0.0.1"])
def test_a_newcomer_is_given_one_and_newcomers_are_spread(address, cookie):
    found = [ask(address, Cookie=cookie) for _ in range(6)]
    assert {said["replica"] for _, _, said in found} == {"1", "2"}
    for _, headers, said in found:
        assert headers["set-cookie"] == f"wsb_replica={said['replica']}; Path=/; HttpOnly; SameSite=Lax"


def test_with_tls_in_front_the_cookie_works_in_a_frame_of_another_site(address):
    _, headers, said = ask(address, X_Forwarded_Proto="https")
    assert headers["set-cookie"].endswith("; SameSite=None; Secure; Partitioned")
    assert said["x-forwarded-proto"] == "https"


def test_the_proxy_says_who_asks_and_not_the_client(address):
    _, _, said = ask(address, X_Forwarded_For="203.0.113.9")
    assert said["x-forwarded-for"] == "127.0.0.1"
    assert said["host"] == urlsplit(address).netloc


@pytest.mark.usefixtures("address")
def test_what_ends_tls_in_front_says_who_asks_and_the_client_cannot_add_to_it(ports):
    with proxy.proxied(*(f"127.0.0.1:{port}" for port in ports), in_front="127.0.0.1") as behind:
        for forwarded in ("203.0.113.9", "198.51.100.1, 203.0.113.9"):
            assert ask(behind, X_Forwarded_For=forwarded)[2]["x-forwarded-for"] == "203.0.113.9"


def test_a_socket_is_upgraded_and_no_other_request(address):
    _, _, said = ask(address, "/_stcore/stream", Connection="Upgrade", Upgrade="websocket")
    assert (said["connection"], said["upgrade"]) == ("upgrade", "websocket")
    assert "upgrade" not in ask(address)[2]


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/%6detrics",
        "/x/../_stcore/metrics",
        "/a/course/_stcore/metrics",
        "/_stcore/agent/mcp",
    ],
)
def test_what_is_for_whoever_runs_the_app_is_not_found(address, path):
    assert ask(address, path)[0] == 404


def test_files_for_good_are_fetched_once_and_stay_so(address):
    first = ask(address, "/static/js/index.0.js", Cookie="wsb_replica=1")
    second = ask(address, "/static/js/index.0.js", Cookie="wsb_replica=2")
    assert second[2]["replica"] == "1"
    assert "immutable" in first[1]["cache-control"]
    assert second[1]["cache-control"] == first[1]["cache-control"]


@pytest.mark.usefixtures("address")
def test_a_client_that_floods_is_told_to_wait(monkeypatch, ports):
    filled_in = proxy.filled_in
    narrow = {"rate=300r/s": "rate=1r/s", "burst=3000": "burst=20"}

    def narrowed(**values):
        text = filled_in(**values)
        for wide, small in narrow.items():
            assert wide in text
            text = text.replace(wide, small)
        return text

    monkeypatch.setattr(proxy, "filled_in", narrowed)
    with proxy.proxied(*(f"127.0.0.1:{port}" for port in ports)) as behind:
        found = [ask(behind)[0] for _ in range(40)]
        assert found[:15] == [200] * 15
        assert 429 in found[20:]
        assert ask(behind, "/static/js/index.0.js")[0] == 200


def test_a_class_behind_one_router_is_no_flood():
    """200 students open a page at once: ten requests each that no cache answers, ninety files, three sockets."""
    text = proxy.TEMPLATE.read_text()
    at_once = {zone: int(burst) for zone, burst in re.findall(r"limit_req zone=(\w+) burst=(\d+)", text)}
    assert at_once["requests"] >= 200 * 10
    assert at_once["files"] >= 200 * 90
    assert int(re.search(r"limit_conn connections (\d+)", text).group(1)) >= 200 * (6 + 3)
    assert int(re.search(r"worker_connections (\d+)", text).group(1)) >= 2 * 200 * (6 + 3)


def test_where_one_is_gone_the_other_answers_and_keeps_whom_it_took():
    ports = free_port(), free_port()
    with replica("2", ports[1]), proxy.proxied(*(f"127.0.0.1:{port}" for port in ports)) as address:
        status, headers, said = ask(address, Cookie="wsb_replica=1")
        assert (status, said["replica"]) == (200, "2")
        assert headers["set-cookie"].startswith("wsb_replica=2;")
        with replica("1", ports[0]):
            assert ask(address, Cookie="wsb_replica=2")[2]["replica"] == "2"
