"""The page without a server, in a real browser with the network off: from a folder, and below a path of some site."""

import gzip
import math
import mimetypes
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from core import data, model, sweep
from core.dtypes import scaled
from tests.e2e.conftest import Visit
from tests.e2e.test_break_it import STABLE, drag, readout, shown_scale, with_sweep
from tools.static import look, numbers
from tools.static.site import build

WEIGHTS, DTYPES = ("untrained", "trained"), ("float32", "float16")
ELSEWHERE = "https://course.example/week%203/softmax/"
LIVE = "https://app.example/class/"


@pytest.fixture(scope="module")
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


@cache
def logits(weights):
    digits = data.load()[0]
    return model.logits(weights, numbers.SEED, digits), digits.targets


def computed(scale: float, weights: str = "untrained", dtype: str = "float32") -> dict[str, str]:
    """The loss by every headline formula, by the core itself, as the page writes it."""
    unscaled, targets = logits(weights)
    nll = sweep.losses(scaled(unscaled, scale, dtype), targets, sweep.HEADLINE)
    means = {name: per_row.double().mean().item() for name, per_row in nll.items()}
    return {name: f"{mean:.4f}" if math.isfinite(mean) else str(mean) for name, mean in means.items()}


def shown(page: Page) -> dict[str, str]:
    return {formula: readout(page, formula) for formula in sweep.HEADLINE}


@pytest.mark.parametrize("place", ["folder", "elsewhere"])
def test_a_link_opens_its_view_with_the_cores_numbers(read, place):
    page = read(place).open("?scale=300&dtype=float16&weights=trained")
    assert shown_scale(page) == 300
    assert shown(page) == computed(300, "trained", "float16")
    expect(page.get_by_label("dtype")).to_have_value("float16")
    expect(page.get_by_label("trained", exact=True)).to_be_checked()
    expect(page.locator(".wsb-status")).to_contain_text("computed by torch")
    expect(page.locator(".wsb-status")).to_contain_text("not live")
    expect(page.locator(".missing")).to_be_empty()


def test_a_first_view_is_light(read):
    reader = read()
    with_sweep(reader.open())
    assert [path.name for path in reader.loaded if path.parent.name == "data"] == ["untrained-float32.js"]
    assert sum(len(gzip.compress(path.read_bytes())) for path in reader.loaded) < 2_500_000


@pytest.mark.parametrize("place", ["folder", "elsewhere"])
def test_a_drag_shows_the_cores_numbers_and_its_link_brings_them_back(read, place):
    reader = read(place)
    page = reader.open()
    drag(page, 0.2, 0.75, release=False)
    during = shown(page)
    page.mouse.up()
    released = shown_scale(page)
    assert released in sweep.SCALES
    assert during == computed(released)
    assert during["log_of_softmax"] in ("inf", "nan")
    assert math.isfinite(float(during[STABLE]))
    expect(page).to_have_url(re.compile(rf"\?scale={re.escape(f'{released:g}')}$"))
    expect(page.locator(".wsb-status")).to_contain_text(f"At ×{released:g} in float32")
    page.reload()
    page.locator(".wsb[data-scale]:not(.wsb-moving)").wait_for()
    assert shown_scale(page) == released
    assert shown(page) == during


def test_choosing_dtype_and_weights_shows_theirs_and_writes_them_down(read):
    page = read().open("?scale=20")
    page.get_by_label("dtype").select_option("float16")
    expect(page.locator(".wsb-status")).to_contain_text("in float16")
    page.get_by_label("trained", exact=True).check()
    expect(page).to_have_url(re.compile(r"\?scale=20&dtype=float16&weights=trained$"))
    assert shown(page) == computed(20, "trained", "float16")
    expect(page.locator(".live")).to_have_attribute("href", f"{LIVE}?scale=20&dtype=float16&weights=trained")


def test_the_keyboard_moves_it(read):
    page = read().open("?scale=1")
    page.get_by_label("Drag the scale").focus()
    page.keyboard.press("ArrowRight")
    after = sweep.SCALES[sweep.SCALES.index(1) + 1]
    expect(page).to_have_url(re.compile(rf"\?scale={after:g}$"))
    assert shown(page) == computed(after)


def test_what_the_page_does_not_hold_it_says_and_the_link_into_the_app_keeps(read):
    asked = "?scale=1234.5&seed=2&sample=17"
    page = read().open(asked)
    assert shown_scale(page) == min(numbers.SCALES, key=lambda scale: abs(math.log(scale / 1234.5)))
    for sentence in ("×1234.5 was not computed", "the weights of seed 0 alone", "Digit 17 is not among the 500"):
        expect(page.locator(".missing")).to_contain_text(sentence)
    expect(page.locator(".live")).to_have_attribute("href", LIVE + asked)


@pytest.mark.parametrize(
    "link",
    [
        "?scale=1e999&dtype=float8&sample=-1&seed=1.5",
        "?scale=<b>x</b>&junk=%00&seed=99&weights=constructor",
        "?scale=&scale=0x10&dtype=__proto__&sample=1e3000",
        f"?scale={'9' * 5000}&sample=NaN#<img src=x onerror=alert(1)>",
    ],
)
def test_a_hostile_link_opens_the_default_view(read, link):
    page = read().open(link)
    assert shown(page) == computed(1)
    expect(page.locator(".missing")).to_be_empty()
    expect(page.locator(".live")).to_have_attribute("href", LIVE)
    assert page.locator("b, img").count() == 0


def test_the_digit_is_the_first_to_fail_or_the_chosen_one(read):
    page = read().open("?scale=300")
    failures = sweep.first_failures(*logits("untrained"), "float32")
    first = int(failures.argmin())
    section = page.locator(".digit")
    expect(section).to_contain_text(f"Digit {first:,} of the training set, showing {logits('untrained')[1][first]}.")
    section.locator("summary").click()
    expect(section).to_contain_text(f"lost at ×{sweep.SCALES[failures[first]]:g}, the next scale")

    point = page.locator(".wsb-plot .scatterlayer .trace").nth(1).locator(".point").nth(250)
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile(r"sample=\d+"))
    row = int(page.url.partition("sample=")[2])
    expect(section).to_contain_text(f"lost at ×{sweep.SCALES[failures[row]]:g}, the next scale")
    ink = page.locator(".digit canvas").evaluate("it => [...it.getContext('2d').getImageData(0, 0, 28, 28).data]")
    assert [255 - value for value in ink[::4]] == data.load()[0].images[row].tolist()
    section.get_by_role("button", name="Go where it is lost").click()
    expect(page.locator(".wsb")).to_have_attribute("data-scale", f"{sweep.SCALES[failures[row]]:g}")
    section.get_by_role("button", name="Back to the first to fail").click()
    expect(section).to_contain_text(f"Digit {first:,}")


def test_a_file_that_does_not_arrive_is_said_and_what_was_shown_stays(read):
    reader = read()
    page = reader.open("?scale=20")
    reader.missing.add("data/untrained-float16.js")
    page.get_by_label("dtype").select_option("float16")
    expect(page.locator(".missing")).to_contain_text("The numbers of untrained-float16 could not be loaded")
    expect(page.get_by_label("dtype")).to_have_value("float32")
    assert shown(page) == computed(20)
    reader.missing.clear()
    page.get_by_label("dtype").select_option("float16")
    expect(page.locator(".wsb-status")).to_contain_text("in float16")
    expect(page.locator(".missing")).to_be_empty()
    reader.errors.clear()  # the browser's own word about the file


@pytest.mark.parametrize("sandbox", ["", 'sandbox="allow-scripts"'])
def test_inside_a_course_page_of_another_site(read, sandbox):
    reader = read()
    reader.page.route(
        "https://school.example/",
        lambda route: route.fulfill(
            body=f'<iframe src="{ELSEWHERE}index.html?scale=300" {sandbox} width="900" height="900"></iframe>',
            content_type="text/html",
        ),
    )
    reader.page.goto("https://school.example/")
    frame = reader.page.frame_locator("iframe")
    expect(frame.locator(".wsb")).to_have_attribute("data-scale", "300")
    expect(frame.locator("[data-readout=log_of_softmax]")).to_have_text(computed(300)["log_of_softmax"])
    frame.get_by_label("trained", exact=True).check()
    expect(frame.locator("[data-readout=log_of_softmax]")).to_have_text(computed(300, "trained")["log_of_softmax"])
    reader.foreign.remove("https://school.example/")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_sticks_out(read, theme, width):
    page = read(color_scheme=theme, viewport={"width": width, "height": 844}).open("?scale=300")
    page.locator(".digit summary").click()
    violations = Axe().run(page).response["violations"]
    assert not [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in violations]
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_a_change_of_theme_reaches_the_plot(read):
    reader = read(color_scheme="light")
    page = reader.open("?scale=300")
    label = page.locator(".wsb-plot .ytick text").first
    before = label.evaluate("it => getComputedStyle(it).fill")
    page.emulate_media(color_scheme="dark")
    expect(label).not_to_have_css("fill", before)
    assert label.evaluate("it => getComputedStyle(it).fill") == page.locator("body").evaluate(
        "it => getComputedStyle(it).color"
    )


def test_the_page_names_itself_to_whoever_shares_it_and_runs_no_script_of_others(folder):
    markup = (folder / "index.html").read_text()
    for name in ("og:title", "og:description", "og:image", "twitter:card"):
        assert re.search(rf'="{name}" content="[^"]+"', markup)
    assert (folder / "card.png").stat().st_size < 300_000
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', markup)
    assert policy
    assert "script-src &#x27;self&#x27; file:;" in policy[1]
    assert not re.search(r"<script(?! src)|<style| style=| on\w+=|javascript:", markup)


def test_without_an_app_there_is_no_link_and_the_settings_are_the_ones_asked_for():
    markup = look.page(("untrained",), ("float32",), "1", "torch", live="", site="https://course.example/softmax/")
    assert 'class="live"' not in markup
    assert 'content="https://course.example/softmax/card.png"' in markup
    assert '<link rel="canonical" href="https://course.example/softmax/" />' in markup
    assert markup.count("<option>") == markup.count('type="radio"') == 1
