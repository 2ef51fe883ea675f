"""The log holds no personal data, and with LOG_FORMAT=json one object a line."""

import json
import logging

import pytest
from google.protobuf.message import DecodeError
from streamlit import config, logger
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.web.server.starlette import starlette_websocket

from core.view import View
from pages.server import logs


@pytest.fixture
def lines(monkeypatch, capsys):
    """Sets logging up as the server does, in the format asked for; gives what reads the log so far."""
    root, factory = list(logging.root.handlers), logging.getLogRecordFactory()
    form, rich = config.get_option("logger.messageFormat"), config.get_option("logger.enableRich")
    servers = [(it, it.handlers, it.propagate, it.level) for it in map(logging.getLogger, logs._SERVERS)]
    monkeypatch.setattr(logs, "_said", {})

    def set_up(log_format):
        monkeypatch.setenv("LOG_FORMAT", log_format)
        logs.set_up()
        return lambda: capsys.readouterr().err.splitlines()

    yield set_up
    logging.root.handlers = root
    logging.setLogRecordFactory(factory)
    config.set_option("logger.messageFormat", form)
    config.set_option("logger.enableRich", rich)
    logger.update_formatter()
    for server, handlers, propagate, level in servers:
        server.handlers, server.propagate = handlers, propagate
        server.setLevel(level)


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "203.0.113.7:54321", "::1", "2001:db8::7", "2001:db8:0:0:1:2:3:4", "fe80::a:b:c:d:51234"]
)
@pytest.mark.parametrize("log_format", ["json", "plain"])
def test_no_address_is_logged(lines, address, log_format):
    read = lines(log_format)
    logging.getLogger("pages.server.live").warning("%s asked, and (%s)", address, address)
    (line,) = read()
    assert address not in line
    assert line.count("[address]") == 2


@pytest.mark.parametrize("log_format", ["json", "plain"])
def test_no_query_string_is_logged(lines, log_format):
    read = lines(log_format)
    logging.getLogger("pages").error('"GET /class?room=ABC234&name=Ada HTTP/1.1" failed')
    (line,) = read()
    assert "ABC234" not in line
    assert "Ada" not in line
    assert "/class?[query] HTTP/1.1" in line


@pytest.mark.parametrize(
    "text", ["scale 0.3125 of 50,000", "torch 2.13.0, 17 ms", "pages/server/live.py:40", "std::sort"]
)
def test_numbers_and_places_stay(text):
    assert logs.without_personal_data(text) == text


def test_an_error_is_one_line_with_its_place_and_without_what_a_visitor_typed(lines):
    read = lines("json")
    try:
        float("Ada Lovelace")
    except ValueError:
        logging.getLogger("pages").exception("a page failed")
    (line,) = read()
    event = json.loads(line)
    assert event["event"] == "a page failed"
    assert event["level"] == "error"
    assert event["error"] == "ValueError"
    assert event["at"][-1].split("/")[-1].startswith("test_logs.py:")
    assert "Ada" not in line


def test_streamlits_own_loggers_write_json_too_also_those_that_come_later(lines):
    read = lines("json")
    before, after = logger.get_logger("streamlit.web.server"), logger.get_logger("streamlit.made_later")
    before.warning("old")
    after.warning("new")
    assert [json.loads(line)["event"] for line in read()] == ["old", "new"]


def test_who_connects_is_not_logged(lines):
    read = lines("json")
    logging.getLogger("uvicorn.error").info('10.1.2.3:5 - "WebSocket /live?scale=3" [accepted]')
    assert read() == []


def test_a_message_whose_arguments_do_not_fit_is_still_a_line(lines):
    read = lines("json")
    logging.getLogger("pages").warning("%d digits", "ten")
    assert [json.loads(line)["event"] for line in read()] == ["%d digits"]


def no_utf8():
    b"\xff".decode()


@pytest.mark.parametrize("log_format", ["json", "plain"])
@pytest.mark.parametrize(
    "name", ["uvicorn.error", "streamlit.runtime.app_session", "streamlit.web.server.starlette.starlette_websocket"]
)
def test_what_a_sender_does_wrong_is_one_line(lines, name, log_format):
    read = lines(log_format)
    logger.update_formatter()  # which writes to the stderr of now
    for server in logs._SERVERS:
        logging.getLogger(server).handlers = []
    try:
        no_utf8()
    except UnicodeDecodeError:
        logging.getLogger(name).exception("What cannot be read")
    (line,) = read()
    assert "What cannot be read (UnicodeDecodeError at test_logs.py:" in line
    assert "0xff" not in line


@pytest.mark.parametrize("name", ["uvicorn.error", "streamlit.error_util"])
def test_what_goes_wrong_in_code_of_ours_has_its_place(lines, name):
    read = lines("json")
    try:
        View(scale=-1)
    except ValueError:
        logging.getLogger(name).exception("Uncaught app execution")
    (line,) = read()
    assert json.loads(line)["at"][-1].partition(" ")[2] == "__post_init__"


def test_messages_that_streamlit_cannot_read_are_one_line(lines):
    read = lines("plain")
    logger.update_formatter()  # which writes to the stderr of now
    named = logger.get_logger(starlette_websocket.__name__)
    try:
        BackMsg().ParseFromString(b"\xff\xfe")
    except DecodeError as error:
        named.warning("Error deserializing back message", exc_info=error)
    assert len(read()) == 1


def test_what_goes_wrong_again_in_the_same_place_is_one_line(lines):
    read = lines("plain")
    for _ in range(3):
        try:
            View(scale=-1)
        except ValueError:
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    told = read()
    assert sum("Traceback" in line for line in told) == 1
    assert sum("(ValueError at view.py:" in line for line in told) == 2
