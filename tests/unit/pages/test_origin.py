"""Under which names the server answers, where they were listed."""

from contextlib import suppress

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from streamlit import config, net_util
from streamlit.web.server import server_util

from pages.server.origin import AllowedHosts, ask_nobody_where_we_are
from pages.server.routes import routes

OURS = ["class.example.org", "*.school.example", "127.0.0.1"]


@pytest.fixture
def only_ours():
    config.set_option("server.allowedHosts", OURS)
    yield
    config.set_option("server.allowedHosts", [])


def client(host: str) -> TestClient:
    return TestClient(Starlette(routes=routes(), middleware=[Middleware(AllowedHosts)]), base_url=f"http://{host}")


def opens(host: str, path: str) -> bool:
    headers = {"origin": f"http://{host}", "host": host}
    with suppress(WebSocketDisconnect), client(host).websocket_connect(path, headers=headers):
        return True
    return False


@pytest.mark.usefixtures("only_ours")
@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("class.example.org", True),
        ("CLASS.example.org:8501", True),
        ("a.school.example", True),
        ("127.0.0.1:8501", True),
        ("attacker.test", False),
        ("class.example.org.attacker.test", False),
        ("school.example", False),
    ],
)
def test_where_names_are_listed_no_socket_and_no_route_answers_under_another(host, is_ours):
    assert opens(host, "/live") == is_ours
    assert opens(host, "/class/socket") == is_ours
    for path in ("/", "/softmax", "/home/qr.svg", "/favicon.ico"):
        answer = client(host).get(path)
        assert (answer.status_code == 421) != is_ours
        assert "attacker" not in answer.text


@pytest.mark.usefixtures("only_ours")
def test_a_probe_asks_for_health_at_any_address():
    assert client("10.1.2.3:8501").get("/_stcore/health").status_code != 421


@pytest.mark.parametrize("host", ["attacker.test", "192.168.1.5:8501", "[fd00::2]:8501"])
def test_without_a_list_any_name_is_taken(host):
    assert opens(host, "/class/socket")
    assert client(host).get("/").status_code == 200


def test_nobody_is_asked_where_this_machine_is(monkeypatch):
    def asks(*_, **__):
        raise AssertionError("another host is asked")

    monkeypatch.setattr(net_util, "_make_blocking_http_get", asks)
    monkeypatch.setattr(net_util, "_external_ip", None)
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)  # put back afterwards
    with pytest.raises(AssertionError):
        server_util.is_url_from_allowed_origins("http://attacker.test")
    ask_nobody_where_we_are()
    assert not server_util.is_url_from_allowed_origins("http://attacker.test")
    assert server_util.is_url_from_allowed_origins("http://localhost:8501")
