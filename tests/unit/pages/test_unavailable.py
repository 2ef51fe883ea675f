"""What routes and sockets answer while a data file is missing."""

import logging

import anyio
import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from core import data
from core.failures import DataFileError
from pages.parts import assets, cached, sweeps
from pages.server import compressed, warm_up
from pages.server.routes import routes
from pages.server.unavailable import HANDLERS

KEPT = (cached.digits, cached.network, cached.logits, cached.first_failures, cached.strip_rows)


@pytest.fixture
def without_data(monkeypatch, tmp_path):
    """Nothing is known, and no file there."""

    def forget():
        for it in KEPT:
            it.clear()

    forget()
    sweeps._started.clear()
    with monkeypatch.context() as patched:
        patched.setattr(data.load, "__defaults__", (tmp_path,))
        patched.setattr(sweeps, "_jobs", {})
        yield patched
    forget()


@pytest.fixture
def client():
    app = Starlette(routes=routes(), exception_handlers=HANDLERS)
    return TestClient(app, base_url="http://testserver", raise_server_exceptions=False)


@pytest.mark.usefixtures("without_data")
@pytest.mark.parametrize(
    "path",
    [
        "/home/data.csv?rows=all",
        "/home/data.csv",
        "/home/script.py",
        "/home/notebook.ipynb?page=training",
        f"/sweep/{assets.sweeps_version()}/untrained/0/float32",
    ],
)
def test_a_route_that_needs_it_is_unavailable_and_says_why(client, path):
    answer = client.get(path)
    assert answer.status_code == 503
    assert "train-images-idx3-ubyte.gz is missing. Restore it with `git checkout" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_the_live_socket_is_not_opened_and_the_file_put_back_is_found(client, without_data):
    with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect("/live"):
        pass
    assert refused.value.status_code == 503
    assert "is missing. Restore it" in refused.value.text
    without_data.setattr(data.load, "__defaults__", (data.FOLDER,))
    with client.websocket_connect("/live") as socket:
        socket.send_text("scale=1")
        assert len(socket.receive_bytes()) > 8
    assert client.get("/home/script.py").status_code == 200


def test_an_open_socket_is_closed_with_the_beginning_of_the_sentence():
    async def fails(socket):
        await socket.accept()
        raise DataFileError("The data file is gone. " * 20)

    client = TestClient(Starlette(routes=[WebSocketRoute("/", fails)], exception_handlers=HANDLERS))
    with client.websocket_connect("/") as socket, pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_text()
    assert closed.value.code == 1011
    assert closed.value.reason.startswith("The data file is gone.")
    assert len(closed.value.reason.encode()) <= 123


def test_a_server_that_starts_without_it_says_so_once_and_gets_ready_when_it_is_there(monkeypatch, caplog):
    tries = []

    def prepare():
        tries.append(1)
        if len(tries) < 3:
            raise DataFileError("The data file is missing.")
        return "what goes on from there"

    monkeypatch.setattr(warm_up, "_prepare", prepare)
    monkeypatch.setattr(warm_up, "_AGAIN_S", 0.01)
    with caplog.at_level(logging.ERROR):
        assert anyio.run(warm_up._prepared) == "what goes on from there"
    assert [it.getMessage() for it in caplog.records if "data file" in it.getMessage()] == [
        "The data file is missing. The server looks for it every 0.01 s."
    ]


@pytest.mark.parametrize("spoilt", ["mkdir", "no folder"])
def test_a_build_folder_that_cannot_be_read_costs_time_only(spoilt, monkeypatch, tmp_path):
    path, folder = tmp_path / "a.js", tmp_path / "compressed"
    path.write_text("let a = 1;\n" * 100)
    monkeypatch.setattr(compressed, "READY", folder)
    if spoilt == "mkdir":
        compressed.place(path.read_bytes(), "br").mkdir(parents=True)
        compressed.place(path.read_bytes(), "gzip").mkdir()
    else:
        folder.write_text("")
    answer = compressed.answer(path, "gzip, br")
    assert answer.headers["content-encoding"] == "gzip"
