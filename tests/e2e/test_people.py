"""Every page for everybody: WCAG 2.2 AA in both themes and widths, the keyboard alone, less motion, plots in words."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from pages.parts.contents import CONTENTS, READING_ORDER
from tests.e2e.conftest import Visit
from tests.e2e.people import COLOURS, faults, moving, walk_by_keyboard

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture(scope="module", params=READING_ORDER, ids=lambda it: it.url or "break-it")
def page(request, browser: Browser, address: str) -> Iterator[Page]:
    """One visit for all that is asked of a page."""
    tab = Visit(browser, address, reduced_motion="reduce", color_scheme="light")
    tab.page.goto(f"{tab.address}/{request.param.url}?scale=300&dtype=float16")
    tab.page.get_by_test_id("stPageLink").first.wait_for(timeout=60_000)
    tab.page.wait_for_function(
        "() => [...document.querySelectorAll('.wsb-chart, .wsb-plot')].every((it) => it.matches('.js-plotly-plot'))"
    )
    yield tab.page
    tab.context.close()
    assert not tab.errors


def test_a_deep_link_opens_the_page_at_its_view(page, request):
    expect(page.get_by_label("Scale", exact=True)).to_have_value("300")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    title = request.node.callspec.params["page"].title
    expect(page.get_by_role("heading", level=1)).to_have_text("Where softmax breaks" if title == "Break it" else title)


def test_axe_finds_nothing_at_any_width_in_any_theme(page):
    assert not faults(page)
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(16, 20, 24)")
    assert not faults(page, COLOURS)
    page.set_viewport_size(PHONE)
    assert not faults(page)
    page.emulate_media(color_scheme="light")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(255, 255, 255)")
    assert not faults(page, COLOURS)
    page.set_viewport_size(DESKTOP)
    expect(page.get_by_test_id("stTopNavSection")).to_have_count(len(CONTENTS))  # the menu is built anew


def test_nothing_moves_for_those_who_asked_for_it(page):
    assert not moving(page)


def test_every_plot_says_what_it_shows_in_numbers(page):
    for figure in page.get_by_role("figure").all():
        words = figure.get_attribute("aria-label") or ""
        assert re.search(r"\d", words), words
        assert re.search(r"\w{3,}.* .*\.$", words), words


def test_the_keyboard_reaches_every_control_and_shows_where_it_is(page):
    found = walk_by_keyboard(page)
    assert found["stops"] > 10
    assert not found["missed"]
    assert not found["unseen"]
    assert not found["covered"]


@pytest.mark.parametrize("link", ["/?scale=300", "/nll", "/gradients?scale=300"])
def test_a_mark_is_found_and_chosen_by_keyboard(visit, link):
    page = visit.page
    page.goto(visit.address + link)
    slider = page.locator(".wsb-walk:not([hidden])").get_by_role(
        "slider", name="Arrow keys: mark by mark. Enter: choose."
    )
    slider.wait_for(timeout=60_000)
    slider.focus()
    expect(slider).to_have_attribute("aria-valuetext", re.compile("digit "))
    first = slider.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowRight")
    expect(slider).not_to_have_attribute("aria-valuetext", first or "")
    spoken = re.match(r"digit ([\d,]+)\b.*\d", slider.get_attribute("aria-valuetext") or "")
    assert spoken
    row = int(spoken[1].replace(",", ""))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"[?&]sample={row}\b"))
    expect(page.get_by_text(f"igit {row:,}").first).to_be_visible()
    expect(slider).to_be_focused()
