"""Links, drags and controls of the page without a server: the numbers are the core's, and so is the address."""

import json
import math
import re
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from playwright.sync_api import expect

from core import dtypes, model, sweep
from core.view import View
from tests.e2e.static.conftest import LIVE
from tests.e2e.static.numbers import computed, shown
from tests.e2e.test_break_it import STABLE, drag, shown_scale
from tools.serve import PROJECT
from tools.static.bundle import bundled
from tools.static.numbers import SCALES
from tools.static.site import parameters

JS, SCRUBBER = PROJECT / "tools" / "static" / "js", PROJECT / "pages" / "parts" / "scrubber" / "js"


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
    assert shown_scale(page) == min(SCALES, key=lambda scale: abs(math.log(scale / 1234.5)))
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


def test_an_address_is_read_and_written_as_the_app_does(browser):
    """Both readers on the same addresses: ordinary ones, odd ones, and a few hundred drawn at random."""
    numbers_as_text = ["", " 7 ", "+3", "-0", ".5", "1E+3", "0x10", "1e", "inf", "NaN", "1e999", "3,5", "5e-1"]
    drawn = np.random.default_rng(0)
    scales, samples = 10 ** drawn.uniform(-2, 5, 300), drawn.integers(-10_000, 60_000, 300)
    at_random = [f"scale={scale}&sample={sample}" for scale, sample in zip(scales, samples, strict=True)]
    odd = [urlencode({name: text}) for name in ("scale", "seed", "sample") for text in numbers_as_text]
    words = ["dtype=float16", "dtype=FLOAT16&weights=trained", "dtype=float16&dtype=float64", "weights=trained+&seed=2"]
    queries = [*at_random, *odd, *words, "a=b&&=&%", "scale=300&seed=1&sample=49999&weights=trained&dtype=bfloat16"]
    ask = 'import { parse, query } from "./view.js";\nObject.assign(window, { read: (it) => query(parse(it)) });\n'
    sources = {
        "view.js": (JS / "view.js").read_text(),
        "format.js": (SCRUBBER / "format.js").read_text(),
        "built.js": f"export default {json.dumps(parameters(model.WEIGHTS, dtypes.DTYPES))};\n",
        "ask.js": ask,
    }
    page = browser.new_page()
    page.add_script_tag(content=bundled(sources, "ask.js"))
    read = page.evaluate("queries => queries.map(window.read)", queries)
    page.close()
    expected = [View.parse(dict(parse_qsl(query))).query() for query in queries]
    assert [it for it in zip(queries, read, expected, strict=True) if it[1] != it[2]] == []
