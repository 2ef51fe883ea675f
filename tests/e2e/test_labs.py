"""One visit to each lab in a real browser: its own way of being used."""

import re

from playwright.sync_api import expect

from tests.e2e.test_break_it import drag
from tests.e2e.test_chapters import read


def test_dragging_on_the_overflow_lab_moves_the_whole_page(visit):
    page = visit.open("/overflow?scale=10")
    drag(page, 0.2, 0.9)
    released = page.locator(".wsb").get_attribute("data-scale")
    expect(page.get_by_label("Scale", exact=True)).to_have_value(released)
    expect(page.get_by_text(f"at ×{released} in float32: digits by cause")).to_be_visible()
    expect(page.get_by_text("They agree on every one of the 50,000 digits.")).to_be_visible()


def test_choosing_a_digit_on_the_gradient_lab_walks_it_back(visit):
    page = read(visit, "/gradients?scale=250")
    mark = page.locator(".wsb-chart").nth(1).locator(".scatterlayer .point").nth(50)
    mark.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    box = mark.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile(r"sample=\d+"))
    chosen = re.search(r"sample=(\d+)", page.url)
    assert chosen
    expect(page.get_by_role("heading", name=f"Walking back: digit {int(chosen[1]):,}")).to_be_visible()


def test_a_row_typed_on_the_accuracy_lab_get_fifty_certified_digits(visit):
    page = read(visit, "/accuracy")
    page.get_by_label("Logits of a row").fill("100 0 0")
    page.get_by_label("Logits of a row").press("Enter")
    expect(page.get_by_text(re.compile("The certified loss, 50 digits"))).to_contain_text("7.440151952")


def test_a_training_run_streams_can_be_stopped_and_says_who_died(visit):
    page = read(visit, "/training")
    page.get_by_role("link", name=re.compile("large logits")).click()
    expect(page).to_have_url(re.compile("scale=100"))
    expect(page.get_by_label("Learning rate", exact=True)).to_have_value("0.005")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text(re.compile("79 of 79 steps .* formulas died"))).to_be_visible(timeout=30_000)
    expect(page.get_by_role("heading", name=re.compile("What killed log of softmax"))).to_be_visible()

    page.get_by_label("Scale", exact=True).fill("1")
    page.get_by_label("Scale", exact=True).press("Enter")
    expect(page.get_by_text("Nothing has been trained at these settings yet.")).to_be_visible()
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_role("button", name="Stop").evaluate("button => button.click()")  # at once: a run is over soon
    expect(page.get_by_text(re.compile(r"\d+ of 79 steps"))).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
