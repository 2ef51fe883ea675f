"""What a shared link says about its page: always text, never markup of who asked."""

from html.parser import HTMLParser

import pytest
from PIL import Image
from starlette.requests import Request

from pages.parts.contents import READING_ORDER, Chapter
from pages.server import shared_link


class Head(HTMLParser):
    """The title and the named contents of a head, as a chat's robot reads them."""

    def __init__(self, markup):
        super().__init__()
        self.tags, self.found = [], {}
        self.feed(markup)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        read = dict(attributes)
        if tag == "meta":
            self.found[read.get("property") or read["name"]] = read["content"]

    def handle_data(self, data):
        if self.tags == ["title"] and data.strip():
            self.found["title"] = data


def request(host, scheme="https"):
    return Request({"type": "http", "scheme": scheme, "path": "/", "headers": [(b"host", host.encode("latin-1"))]})


@pytest.mark.parametrize("chapter", READING_ORDER, ids=lambda it: it.url or "home")
def test_every_page_has_its_own_title_and_sentence(chapter):
    found = Head(shared_link.head(chapter, "https://here.test")).found
    assert chapter.title in found["title"] or not chapter.url
    assert found["og:title"] == found["title"]
    assert found["og:description"] == found["description"] == chapter.about
    assert found["og:image"] == f"https://here.test{shared_link.picture_path()}"
    assert found["twitter:card"] == "summary_large_image"


def test_a_title_is_text():
    markup = shared_link.head(Chapter("x.py", "x", "<i>x</i>", '" onload="x'), "https://here.test")
    assert set(Head(markup).tags) == {"title", "meta"}
    assert Head(markup).found["description"] == '" onload="x'


@pytest.mark.parametrize("host", ["here.test", "127.0.0.1:8501", "[::1]:8501", "a-b.example:80"])
def test_a_host_makes_whole_addresses(host):
    assert shared_link.origin(request(host)) == f"https://{host}"


@pytest.mark.parametrize(
    "host", ["", '"><script>', "a b", "here.test/x", "user@here.test", "here.test:80:80", "hêre.test", "h" * 300, "a\n"]
)
def test_what_is_no_host_makes_none_and_the_picture_is_left_out(host):
    assert shared_link.origin(request(host)) == ""
    found = Head(shared_link.head(READING_ORDER[0], "")).found
    assert "og:image" not in found
    assert found["twitter:card"] == "summary"


def test_the_picture_fits_where_links_are_shown():
    with Image.open(shared_link.PICTURE) as picture:
        assert picture.size == shared_link.PICTURE_SIZE
    assert shared_link.PICTURE.stat().st_size < 300_000
