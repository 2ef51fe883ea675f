"""An address that is no page says so and leads to the contents, whatever is in it."""

import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import config
from streamlit.web.server.starlette.starlette_static_routes import create_streamlit_static_assets_routes

from pages.parts import assets
from pages.parts.contents import READING_ORDER
from pages.server.no_such_page import NoSuchPage
from pages.server.routes import routes


async def health(_request):
    return PlainTextResponse("ok")


async def missing(_request):
    return JSONResponse({}, status_code=404)


@pytest.fixture
def client():
    others = [Route("/_stcore/health", health), Route("/media/x", missing), *create_streamlit_static_assets_routes("")]
    return TestClient(Starlette(routes=[*routes(), *others], middleware=[Middleware(NoSuchPage)]))


@pytest.mark.parametrize(
    "path", ["/nosuch", "/a/b", "/index.html", "/home/nosuch", "/softmaxx", "/static/gone.js", "/%3Cb%3E"]
)
def test_what_is_no_page_is_404_and_leads_to_the_contents(client, path):
    answer = client.get(f"{path}?scale=%3Cscript%3E")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert re.findall('<a href="([^"]*)">', answer.text) == [f"/{it.url}" for it in READING_ORDER]
    assert not re.search("<b>|script|nosuch|gone", answer.text)


@pytest.mark.parametrize("path", [*(f"/{it.url}" for it in READING_ORDER), "/softmax/"])
def test_every_page_is_one(client, path):
    assert client.get(path).status_code == 200


def test_what_is_no_page_but_is_there_stays_what_it_is(client):
    assert client.get("/_stcore/health").text == "ok"
    assert client.get("/media/x").json() == {}
    assert client.get(f"{assets.modules_path()}panel.html").status_code == 200
    assert client.get("/favicon.ico").headers["content-type"] == "image/png"


def test_the_contents_are_below_the_path_of_a_proxy():
    before = config.get_option("server.baseUrlPath")
    config.set_option("server.baseUrlPath", "a/course")
    try:
        all_routes = [*routes(), *create_streamlit_static_assets_routes("a/course")]
        client = TestClient(Starlette(routes=all_routes, middleware=[Middleware(NoSuchPage)]))
        assert '<a href="/a/course/softmax">' in client.get("/a/course/nosuch").text
        assert client.get("/a/course/softmax").status_code == 200
        assert client.get("/softmax").status_code == 404
    finally:
        config.set_option("server.baseUrlPath", before)
