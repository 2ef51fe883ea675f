"""Break it in a real browser: what only a browser can show."""

import math
import re

import pytest
from playwright.sync_api import Page, expect

from core import sweep
from tests.e2e.conftest import Visit
from tools.serve import free_port, served

NAIVE, STABLE = "log_of_softmax", "lse_log_softmax"
FINITE = re.compile(r"^\d+\.\d+$")


def readout(page: Page, formula: str) -> str:
    return page.locator(f"[data-readout={formula}]").first.inner_text()


def shown_scale(page: Page) -> float:
    return float(page.locator(".wsb").get_attribute("data-scale") or "nan")


def scale_box(page: Page):
    return page.get_by_label("Scale", exact=True)


def with_sweep(page: Page) -> Page:
    """The page, once the sweep behind the drag has arrived."""
    page.locator(".wsb[data-sweep=ready]").wait_for(timeout=60_000)
    return page


def drag(page: Page, start: float, end: float, release: bool = True) -> None:
    """Moves the thumb between two shares of the track, over many small steps."""
    with_sweep(page)
    page.get_by_label("Drag the scale").scroll_into_view_if_needed()
    box = page.get_by_label("Drag the scale").bounding_box()
    assert box
    height = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * start, height)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * end, height, steps=25)
    if release:
        page.mouse.up()


def test_a_cold_deep_link_opens_the_linked_view(browser):
    with served() as fresh:
        tab = Visit(browser, fresh)
        page = tab.open("/?scale=300&weights=trained&dtype=bfloat16&seed=1")
        assert shown_scale(page) == 300
        expect(scale_box(page)).to_have_value("300")
        expect(page.locator(".wsb-status")).to_contain_text("at ×300 in bfloat16")
        assert "weights=trained" in page.url
        tab.context.close()
        assert not tab.errors


def test_dragging_to_the_break_and_letting_go(visit, visit_as):
    page = visit.open()
    assert FINITE.match(readout(page, NAIVE))
    drag(page, 0.2, 0.9, release=False)
    assert readout(page, NAIVE) in ("nan", "inf")
    assert FINITE.match(readout(page, STABLE))
    assert shown_scale(page) in sweep.SCALES
    page.mouse.up()
    released = shown_scale(page)
    expect(scale_box(page)).to_have_value(f"{released:g}")
    expect(page).to_have_url(re.compile(rf"[?&]scale={re.escape(f'{released:g}')}$"))
    expect(page.locator(".wsb-status")).to_contain_text("is the same to the last bit here")

    again = visit_as().open(page.url.removeprefix(visit.address))
    assert shown_scale(again) == released
    for formula in (NAIVE, STABLE):
        assert readout(again, formula) == readout(page, formula)


def test_letting_go_twice_at_the_same_scale_counts_twice(visit):
    page = visit.open()
    drag(page, 0.2, 0.7)
    released = f"{shown_scale(page):g}"
    expect(scale_box(page)).to_have_value(released)
    scale_box(page).fill("1")
    scale_box(page).press("Enter")
    expect(page.locator(".wsb")).to_have_attribute("data-scale", "1")
    drag(page, 0.2, 0.7)
    expect(page.locator(".wsb")).to_have_attribute("data-scale", released)
    expect(scale_box(page)).to_have_value(released)


def test_a_drag_that_ends_where_it_began_shows_what_was_there(visit):
    page = visit.open("/?scale=1234.5")
    here = float(page.get_by_label("Drag the scale").input_value()) / (len(sweep.SCALES) - 1)
    drag(page, here, here + 0.1, release=False)
    box = page.get_by_label("Drag the scale").bounding_box()
    assert box
    page.mouse.move(box["x"] + 11 + (box["width"] - 22) * here, box["y"] + box["height"] / 2)
    page.mouse.up()
    expect(page.locator(".wsb")).to_have_attribute("data-scale", "1234.5")
    expect(page.locator(".wsb-status")).to_contain_text("Torch ran")


def test_every_step_of_a_drag_is_painted(visit):
    page = with_sweep(visit.open())
    page.evaluate(
        """() => {
            window.painted = new Set();
            const root = document.querySelector(".wsb");
            const watch = new MutationObserver(() => painted.add(root.dataset.scale));
            watch.observe(root, { attributeFilter: ["data-scale"] });
        }"""
    )
    drag(page, 0.3, 0.7)
    assert page.evaluate("painted.size") >= 20


def test_the_keyboard_moves_the_scale_and_says_so(visit):
    page = with_sweep(visit.open())
    slider = page.get_by_label("Drag the scale")
    slider.focus()
    before = shown_scale(page)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expected = sweep.SCALES[sweep.SCALES.index(before) + 3]
    expect(page.locator(".wsb")).to_have_attribute("data-scale", f"{expected:g}")
    spoken = slider.get_attribute("aria-valuetext") or ""
    assert spoken.startswith(f"scale {expected:g}:")
    assert readout(page, NAIVE) in spoken
    expect(scale_box(page)).to_have_value(f"{expected:g}")


def test_the_scale_box_moves_the_scrubber(visit):
    page = visit.open()
    scale_box(page).fill("1234.5")
    scale_box(page).press("Enter")
    expect(page.locator(".wsb")).to_have_attribute("data-scale", "1234.5")
    position = float(page.get_by_label("Drag the scale").input_value())
    assert math.isclose(math.log(sweep.SCALES[int(position)]), math.log(1234.5), abs_tol=0.03)


def test_choosing_a_mark_shows_its_digit(visit):
    page = visit.open("/?scale=300")
    points = page.locator(".wsb-plot .scatterlayer .trace").nth(1).locator(".point")
    expect(points).to_have_count(sweep.STRIP_ROWS)
    points.nth(250).scroll_into_view_if_needed()
    box = points.nth(250).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile(r"sample=\d+"))
    chosen = re.search(r"sample=(\d+)", page.url)
    assert chosen
    expect(page.get_by_text(f"Digit {int(chosen[1]):,} of the training set")).to_be_visible()
    page.get_by_role("button", name="Back to the first to fail").click()
    expect(page).not_to_have_url(re.compile("sample="))


def test_the_answer_shows_only_after_a_guess(visit):
    page = with_sweep(visit.open())
    expect(page.locator(".wsb-flags i")).to_have_count(0)
    expect(page.get_by_text("first fails on")).to_have_count(0)
    page.get_by_label("Before you drag").fill("80")
    page.get_by_role("button", name="Guess", exact=True).click()
    expect(page.locator(".wsb-answer")).to_contain_text("You guessed 80.")
    expect(page.locator(".wsb-answer")).to_contain_text("log of softmax (naive) first fails on the step to ×")
    expect(page.locator(".wsb-answer")).to_contain_text("x - logsumexp(x) never fails on this track.")
    assert page.locator(".wsb-flags i").count() == 3


def test_other_weights_are_asked_about_anew(visit):
    page = with_sweep(visit.open())
    page.get_by_label("Before you drag").fill("80")
    page.get_by_role("button", name="Guess", exact=True).click()
    expect(page.locator(".wsb-answer")).to_contain_text("You guessed 80.")
    page.get_by_text("trained", exact=True).click()
    expect(page).to_have_url(re.compile("weights=trained"))
    expect(page.get_by_label("Before you drag")).to_be_visible()
    expect(page.locator(".wsb-answer")).to_be_hidden()
    expect(page.locator(".wsb-flags i")).to_have_count(0)
    page.get_by_text("untrained", exact=True).click()
    expect(page.locator(".wsb-answer")).to_contain_text("You guessed 80.")


@pytest.mark.parametrize("link", ["/?scale=1e999&dtype=float8&sample=-1", "/?scale=<b>x</b>&junk=%00&seed=99"])
def test_a_hostile_link_opens_the_default_view(visit, link):
    page = visit.open(link)
    assert shown_scale(page) == 1
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_a_phone_shows_it_without_sideways_scrolling(visit_as):
    page = visit_as(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).open("/?scale=300")
    overflow = page.evaluate(
        "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth; }"
    )
    assert overflow <= 0
    expect(page.locator(f"[data-readout={NAIVE}]").first).to_be_visible()


def test_embedded_in_another_page(visit):
    page = visit.open("/?embed=true&scale=300")
    assert shown_scale(page) == 300


def test_below_the_path_of_a_proxy(visit_as):
    with served("--server.baseUrlPath=class/softmax") as address:
        page = visit_as(address).open("/?scale=300")
        assert shown_scale(page) == 300
        expect(page.locator(".wsb-plot .point").first).to_be_attached()
        page.close()  # before its server, for which it may still wait


def test_a_release_while_the_server_restarts_reaches_it_in_the_end(browser):
    port = free_port()
    with served(port=port) as address:
        page = Visit(browser, address).open()
        drag(page, 0.2, 0.6, release=False)
    page.mouse.up()
    released = shown_scale(page)
    expect(page.locator(".wsb-status")).to_contain_text("Trying again", timeout=15_000)
    with served(port=port):
        expect(scale_box(page)).to_have_value(f"{released:g}", timeout=60_000)
        expect(page.locator(".wsb-status")).to_contain_text(f"at ×{released:g}")
        page.context.close()


def test_python_app_py_serves_it_too():
    with served(command=("app.py",)) as address:
        assert address.startswith("http://127.0.0.1")
