"""Where phones find this server: asked of the system, with every network there can be."""

import ipaddress
import socket

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit import config

from pages.parts import lan
from pages.server import home
from pages.server.announcement import announcement
from pages.server.routes import routes

EVERY = lan.EVERY_INTERFACE[1]
SEVERAL = {
    "192.168.1.5": "wlan0",
    "10.8.0.2": "tun0",
    "172.17.0.1": "docker0",
    "10.1.2.3": "eth0",
    "169.254.3.4": "en5",
}


@pytest.fixture
def serving():
    """Sets where the server listens, and where it was told that browsers find it."""
    options = ("server.address", "browser.serverAddress", "browser.serverPort")
    before = {name: (config.get_option(name), config.get_where_defined(name)) for name in options}

    def told(address: str, browsers: str | None = None) -> None:
        config.set_option("server.address", address, "a test")
        config.set_option("browser.serverPort", 8501, "a test")
        if browsers:
            config.set_option("browser.serverAddress", browsers, "a test")

    yield told
    for name, (value, where) in before.items():
        config.set_option(name, value, where)


@pytest.fixture
def networks(monkeypatch):
    """Sets which interfaces there are and by which addresses this machine would speak to others."""

    def there(interfaces: dict[str, str], *ways_out: str) -> None:
        monkeypatch.setattr(lan, "_of_interfaces", lambda: iter(interfaces.items()))
        by_family = {socket.AF_INET6 if ":" in it else socket.AF_INET: it for it in ways_out}
        monkeypatch.setattr(lan, "_way_out", by_family.get)

    return there


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "LOCALHOST.", "app.localhost", "::1", "[::1]",
                                  EVERY, "::", "::ffff:127.0.0.1"])  # fmt: skip
def test_what_leads_every_machine_to_itself(host):
    assert lan.is_of_this_machine(host)


@pytest.mark.parametrize("host", ["192.168.1.5", "laptop.local", "fd00::2", "localhost.example.org", "1.127.0.1", ""])
def test_what_leads_others_here(host):
    assert not lan.is_of_this_machine(host)


def test_the_way_out_comes_first_tunnels_last_and_nothing_inside_the_machine(networks):
    networks(SEVERAL, "10.1.2.3", "fd00::2")
    assert lan.addresses() == ["10.1.2.3", "fd00::2", "192.168.1.5", "10.8.0.2"]
    assert lan.addresses(with_ipv6=False) == ["10.1.2.3", "192.168.1.5", "10.8.0.2"]


def test_a_tunnel_that_is_the_way_out_comes_after_the_room_s_network(networks):
    networks(SEVERAL, "10.8.0.2")
    assert lan.addresses()[0] == "192.168.1.5"


def test_a_room_without_internet_has_its_network_all_the_same(networks):
    networks({"192.168.1.5": "wlan0", "127.0.0.1": "lo"})
    assert lan.addresses() == ["192.168.1.5"]


def test_no_network_at_all(networks, serving):
    networks({"127.0.0.1": "lo"})
    serving(EVERY)
    assert lan.reachable() == []
    assert "in no network" in announcement()


def test_what_the_system_says_of_this_machine_is_addresses_that_can_stand_in_a_link():
    for it in lan.addresses():
        assert not ipaddress.ip_address(it).is_loopback


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1"])
def test_a_server_for_its_own_machine_has_none_and_says_what_to_do(address, serving):
    serving(address)
    assert lan.reachable() is None
    assert "`make class`" in announcement()


@pytest.mark.parametrize("address", [EVERY, "::"])
def test_a_server_for_the_network_has_those_of_its_machine(address, serving, networks):
    networks({"192.168.1.5": "wlan0"}, "192.168.1.5", "fd00::2")
    serving(address)
    assert lan.reachable() == ["http://192.168.1.5:8501", "http://[fd00::2]:8501"][: 1 + (address == "::")]
    assert "http://192.168.1.5:8501/class" in announcement()
    assert "make class" not in announcement()


def test_one_address_is_that_one(serving):
    serving("192.168.1.7")
    assert lan.reachable() == ["http://192.168.1.7:8501"]


def test_what_the_server_was_told_goes_before_what_it_finds(serving, networks):
    networks({"172.18.0.3": "eth0"}, "172.18.0.3")
    serving(EVERY, "laptop.local")
    assert lan.reachable() == ["http://laptop.local:8501"]
    serving(EVERY, "localhost")  # as in a container, whose own addresses lead nobody here
    assert lan.reachable() is None
    assert announcement() == "Where Softmax Breaks: http://127.0.0.1:8501"


@pytest.mark.parametrize(
    ("asked", "coded"),
    [
        ("http://127.0.0.1:8501/class?room=BCDFGH", "http://192.168.1.5:8501/class?room=BCDFGH"),
        ("http://192.168.1.5:8501/class?room=BCDFGH", "http://192.168.1.5:8501/class?room=BCDFGH"),
    ],
)
def test_a_qr_code_made_on_the_machine_itself_leads_phones_to_it(asked, coded, serving, networks, monkeypatch):
    networks({"192.168.1.5": "wlan0"}, "192.168.1.5")
    serving(EVERY)
    made = []
    monkeypatch.setattr(home, "qr_code", lambda address: made.append(address) or b"")
    client = TestClient(Starlette(routes=routes()), base_url="http://127.0.0.1:8501")
    assert client.get("/home/qr.svg", params={"address": asked}).status_code == 200
    assert made == [coded]


def test_a_qr_code_for_a_foreign_address_is_refused_as_before(serving, networks):
    networks({"192.168.1.5": "wlan0"}, "192.168.1.5")
    serving(EVERY)
    client = TestClient(Starlette(routes=routes()), base_url="http://class.example.org")
    for address in ("http://192.168.1.6:8501/", "http://192.168.1.5:8502/", "javascript://192.168.1.5:8501"):
        assert client.get("/home/qr.svg", params={"address": address}).status_code == 400
    assert client.get("/home/qr.svg", params={"address": "http://class.example.org/class"}).status_code == 200
