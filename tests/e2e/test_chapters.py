"""Every chapter in a real browser: hostile link, phone, themes, choosing, moving on. More in `test_people.py`."""

import re

import pytest
from playwright.sync_api import expect

from pages.parts.contents import READING_ORDER

CHAPTERS = [chapter for chapter in READING_ORDER if chapter.url]
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda it: it.url)


def read(tab, link: str):
    """The chapter, down to its last line."""
    tab.page.goto(tab.address + link)
    tab.page.get_by_test_id("stPageLink").first.wait_for(timeout=60_000)
    return tab.page


@each_chapter
def test_a_phone_shows_a_hostile_link_without_sideways_scrolling(visit_as, chapter):
    tab = visit_as(color_scheme="dark", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = read(tab, f"/{chapter.url}?scale=1e999&sample=%00&weights=<i>")
    expect(page.get_by_label("Scale", exact=True)).to_have_value("1")
    overflow = page.evaluate(
        "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth; }"
    )
    assert overflow <= 0
    expect(page.locator(".modebar-btn")).to_have_count(0)  # they would lie over the legends


def test_reading_on_keeps_the_view(visit):
    page = read(visit, "/?scale=300&weights=trained")
    for chapter in CHAPTERS[:3]:
        page.get_by_role("link", name=f"Next: {chapter.title}").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(chapter.title)
        expect(page).to_have_url(re.compile(rf"/{chapter.url}\?.*weights=trained"))
        expect(page.get_by_label("Scale", exact=True)).to_have_value("300")


def test_a_lesson_step_opens_its_view(visit):
    page = read(visit, "/teach?scale=300")
    page.get_by_role("link", name="2. Softmax and its log").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Softmax and its log")
    expect(page).to_have_url(re.compile("dtype=float16"))
    page.get_by_test_id("stPageLink").first.wait_for()
    expect(page.get_by_label("Scale", exact=True)).to_have_value("1")


def test_choosing_a_mark_chooses_its_digit(visit):
    page = read(visit, "/nll")
    mark = page.locator(".wsb-chart").first.locator(".scatterlayer .point").nth(100)
    mark.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    box = mark.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile(r"sample=\d+"))


def test_choosing_a_picture_chooses_its_digit_on_every_page(visit):
    page = read(visit, "/logits")
    picture = page.get_by_role("button", name="Digit 4: a handwritten 9")
    picture.click()
    expect(picture).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("heading", name="Digit 4 through the layers")).to_be_visible()
    page.get_by_role("link", name="Next: Softmax and its log").click()
    expect(page.get_by_role("heading", name="digit 4,")).to_be_visible()


def test_charts_follow_a_theme_that_changes_after_they_were_drawn(visit_as):
    tab = visit_as(color_scheme="light")
    tab.page.goto(f"{tab.address}/softmax")
    label = tab.page.locator(".wsb-chart .xtick text").first
    colour = "label => getComputedStyle(label).fill"
    drawn = label.evaluate(colour)
    tab.page.emulate_media(color_scheme="dark")
    expect(tab.page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(16, 20, 24)")
    assert label.evaluate(colour) != drawn
