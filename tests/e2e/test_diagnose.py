"""A real file in a real browser: brought, diagnosed, and its row opened in a lab."""

import re

import numpy as np
from playwright.sync_api import expect

from tests.e2e.test_chapters import read


def test_a_float16_batch_that_goes_nan_is_explained_in_one_screen(visit, tmp_path):
    np.save(tmp_path / "logits.npy", np.array([[0.5, 1, 2], [12, 3, 0]], np.float16))
    np.save(tmp_path / "targets.npy", np.array([2, 0]))
    page = read(visit, "/diagnose")
    boxes = page.locator("input[type=file]")
    boxes.nth(0).set_input_files(tmp_path / "logits.npy")
    expect(page.get_by_text("add the targets as a second file")).to_be_visible()
    boxes.nth(1).set_input_files(tmp_path / "targets.npy")
    lead = page.get_by_text("Softmax by hand and then its log loses 1 of 2 rows in float16, first row 1")
    expect(lead).to_be_visible()
    expect(page).to_have_url(re.compile("dtype=float16"))
    ran = page.get_by_text(re.compile(r"Run on this batch: the loss is [\d.]+ and its gradient is finite"))
    for shown in (lead, page.get_by_text("loss = F.cross_entropy(logits.float(), targets)"), ran):
        expect(shown).to_be_in_viewport()
    assert page.locator("[data-testid=stMain]").evaluate("it => it.scrollTop") == 0

    page.locator(".wsb-chart .scatterlayer .trace").first.wait_for()  # which moves what stands below it
    choice = page.get_by_label("See a row in the labs")
    choice.scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # an open list closes when the page scrolls
    choice.click()
    page.get_by_role("option", name="1", exact=True).click()
    page.get_by_role("link", name="Row 1 in the gradient lab").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The gradient dies first")
    expect(page.get_by_label("Logits of a row")).to_have_value("12, 3, 0")
    page.go_back()
    expect(lead).to_be_visible()
