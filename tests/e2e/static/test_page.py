"""The page without a server: its digit, its files, in a frame, for everybody, and as others name it."""

import gzip
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from core import data, sweep
from tests.e2e.static.conftest import ELSEWHERE
from tests.e2e.static.numbers import computed, logits, shown
from tests.e2e.test_break_it import with_sweep
from tools.static import look


def test_a_first_view_is_light(read):
    reader = read()
    with_sweep(reader.open())
    assert [path.name for path in reader.loaded if path.parent.name == "data"] == ["untrained-float32.js"]
    assert sum(len(gzip.compress(path.read_bytes())) for path in reader.loaded) < 2_500_000


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
    expect(section.get_by_role("button", name="Go where it is lost")).to_be_hidden()  # another digit, another guess
    section.locator("summary").click()
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
    expect(frame.locator(".wsb-why").first).to_contain_text("inf / inf is nan, and one nan makes the mean nan")
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
