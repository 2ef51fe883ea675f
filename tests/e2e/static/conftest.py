"""A reader of the page without a server: a tab that reaches the folder's files and nothing else."""

import mimetypes
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.e2e.conftest import Visit
from tools.static.site import build

WEIGHTS, DTYPES = ("untrained", "trained"), ("float32", "float16")
ELSEWHERE = "https://course.example/week%203/softmax/"
LIVE = "https://app.example/class/"


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """A smaller page: two of the four dtypes."""
    path = tmp_path_factory.mktemp("static") / "site"
    build(path, WEIGHTS, DTYPES, live=LIVE)
    return path


class Reader(Visit):
    """A tab that reaches the folder's files and nothing else."""

    def __init__(self, browser: Browser, folder: Path, place: str, **context: object) -> None:
        super().__init__(browser, folder.as_uri() + "/" if place == "folder" else ELSEWHERE, **context)
        self.folder = folder
        self.missing: set[str] = set()
        self.loaded: set[Path] = set()
        if place == "folder":
            self.context.set_offline(True)
        else:
            cut_off(self.context, self)

    def open(self, link: str = "") -> Page:
        return super().open(f"index.html{link}")

    def _asked(self, request) -> None:
        if not request.url.startswith(("data:", "blob:", self.address)):
            self.foreign.append(request.url)


def cut_off(context: BrowserContext, reader: Reader) -> None:
    """Answers what lies below the page's address from the folder; the rest of the world is not there."""

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(reader.address).partition("?")[0]
        path = reader.folder / name
        if not route.request.url.startswith(reader.address) or name in reader.missing or not path.is_file():
            route.abort()
        else:
            reader.loaded.add(path)
            route.fulfill(body=path.read_bytes(), content_type=mimetypes.guess_type(name)[0] or "text/plain")

    context.route("**/*", answer)


@pytest.fixture
def read(browser: Browser, folder: Path) -> Iterator:
    readers: list[Reader] = []

    def opened(place: str = "elsewhere", **context: object) -> Reader:
        readers.append(Reader(browser, folder, place, **context))
        return readers[-1]

    yield opened
    for reader in readers:
        reader.context.close()
        assert not reader.errors
        assert not reader.foreign
