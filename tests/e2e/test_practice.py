"""The exercise in a real browser: type an answer, see it pass, find it on the page of the trick."""

import pytest
from playwright.sync_api import expect

from tests.app.test_practice import RIGHT
from tests.e2e.people import faults


def test_a_typed_answer_passes_and_stands_on_the_page_of_the_trick(visit):
    page = visit.page
    page.goto(f"{visit.address}/write-it?scale=300")
    box = page.get_by_label("Your function")
    expect(box).to_have_value("def logsumexp(x):\n    ", timeout=60_000)
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("status").filter(has_text="Not run.")).to_contain_text("the function is still empty")
    box.press("Control+A")
    page.keyboard.insert_text(RIGHT)
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("status").filter(has_text="It passes: 14 of 14 cases.")).to_be_visible()
    page.get_by_role("link", name="See your function").click()
    expect(page.get_by_role("columnheader", name="yours")).to_be_visible(timeout=30_000)
    digit = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="at ×300"))
    by_hand, _, yours = digit.get_by_role("cell").all_inner_texts()
    assert by_hand == yours


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_came_out_can_be_read_by_all(visit_as, theme):
    tab = visit_as(color_scheme=theme, viewport={"width": 390, "height": 844})
    page = tab.page
    page.goto(f"{tab.address}/write-it")
    page.get_by_label("Your function").fill("def logsumexp(x):\n    m = x.max(-1)[0]\n    return (x - m).exp().sum(-1)")
    page.get_by_role("button", name="A hint").click()
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("status").filter(has_text="Not yet")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("img", name="fails").first).to_be_visible()
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("it => it.scrollWidth - it.clientWidth") <= 0
    assert not faults(page)
