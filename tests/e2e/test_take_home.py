"""Taking a view home in a real browser: by keyboard, by link, by QR code, as code, as data, as pictures."""

import csv
import io
import json
import math
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from core.data import FOLDER
from core.losses import FORMULAS
from tests.e2e.test_server import ask
from tools.serve import served

LINK = "/nll?scale=300&dtype=float16&weights=trained"


def drawn(tab, link: str = LINK) -> Page:
    """The page, once a chart of it is drawn."""
    tab.page.goto(tab.address + link)
    tab.page.get_by_test_id("stPageLink").first.wait_for(timeout=60_000)
    tab.page.locator(".js-plotly-plot").first.wait_for()
    return tab.page


def panel(tab, link: str = LINK) -> Locator:
    """The panel, opened by keyboard."""
    drawn(tab, link).get_by_role("button", name="Take it home").press("Enter")
    dialog = tab.page.get_by_role("dialog", name="Take it home")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("link", name="50,000 digits")).to_have_attribute("href", re.compile("rows=all"))
    return dialog


def saved(page: Page, button: Locator, folder: Path) -> Path:
    """The file that a click downloads, under its own name."""
    with page.expect_download() as waiting:
        button.click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_a_whole_number_that_is_typed_has_no_point_in_the_address(visit):
    page = visit.open("/?scale=250&dtype=float16")
    page.get_by_label("Scale", exact=True).fill("300")
    page.get_by_label("Scale", exact=True).press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]scale=300(&|$)"))
    page.wait_for_timeout(500)  # nor is it written anew
    expect(page).to_have_url(re.compile(r"[?&]scale=300(&|$)"))


def test_the_panel_opens_by_keyboard_and_escape_gives_the_focus_back(visit):
    dialog = panel(visit)
    expect(dialog.get_by_role("button", name="Copy link")).to_be_focused()
    visit.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(visit.page.get_by_role("button", name="Take it home")).to_be_focused()


def test_two_clicks_at_once_open_one_panel(visit):
    page = drawn(visit)
    page.get_by_role("button", name="Take it home").evaluate("it => { it.click(); it.click(); }")
    expect(page.get_by_role("dialog", name="Take it home")).to_be_visible()


def test_a_panel_that_does_not_load_says_so_and_loads_later(visit):
    page = drawn(visit)
    page.on("dialog", lambda it: it.accept())
    page.route("**/panel.html", lambda route: route.fulfill(status=503))
    with page.expect_event("dialog") as waiting:
        page.get_by_role("button", name="Take it home").click()
    assert waiting.value.message.startswith("The panel could not be loaded (the server answers 503).")
    page.unroute("**/panel.html")
    page.get_by_role("button", name="Take it home").click()
    expect(page.get_by_role("dialog", name="Take it home")).to_be_visible()
    visit.errors.clear()  # the browser's own word about the 503


def test_a_click_beside_the_panel_closes_it_and_one_in_it_does_not(visit):
    dialog = panel(visit)
    dialog.get_by_role("heading", name="The data").click()
    expect(dialog).to_be_visible()
    visit.page.mouse.click(5, 400)
    expect(dialog).to_be_hidden()


def test_the_link_is_copied_from_the_row_of_controls_and_from_the_panel(visit_as):
    tab = visit_as(permissions=["clipboard-read", "clipboard-write"])
    dialog = panel(tab)
    for button in (dialog.get_by_role("button", name="Copy link"), tab.page.get_by_role("button", name="Copy link")):
        tab.page.evaluate("navigator.clipboard.writeText('')")
        button.click()
        tab.page.wait_for_function("async () => await navigator.clipboard.readText() !== ''")
        assert tab.page.evaluate("navigator.clipboard.readText()") == tab.address + LINK
        if dialog.is_visible():
            tab.page.keyboard.press("Escape")


def test_the_qr_code_is_the_address(visit):
    image = panel(visit).get_by_role("img", name="QR code")
    expect(image).to_be_visible()
    visit.page.wait_for_function("image => image.naturalWidth > 0", arg=image.element_handle())
    with Image.open(io.BytesIO(image.screenshot())) as seen:
        assert [code.text for code in zxingcpp.read_barcodes(seen)] == [visit.address + LINK]


def test_the_script_is_shown_and_copied(visit_as):
    tab = visit_as(permissions=["clipboard-read", "clipboard-write"])
    dialog = panel(tab)
    dialog.get_by_role("button", name="Copy as Python").click()
    expect(dialog.get_by_role("status")).to_have_text(re.compile(r"Copied: [\d,]+ lines"))
    code = dialog.get_by_role("textbox", name="The script").input_value()
    assert "SCALE = 300.0" in code
    assert 'DTYPE = "float16"' in code
    assert tab.page.evaluate("navigator.clipboard.readText()") == code


def test_where_the_clipboard_is_refused_the_script_is_selected(visit):
    visit.page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))")
    dialog = panel(visit)
    dialog.get_by_role("button", name="Copy as Python").click()
    expect(dialog.get_by_role("status")).to_contain_text("does not let pages copy")
    code = dialog.get_by_role("textbox", name="The script")
    expect(code).to_be_focused()
    assert code.evaluate("it => it.selectionEnd - it.selectionStart") == len(code.input_value())


def test_script_notebook_and_table_arrive_as_files_named_after_the_view(visit, tmp_path):
    dialog = panel(visit)
    script, notebook, table = (
        saved(visit.page, dialog.get_by_role("link", name=name, exact=True), tmp_path)
        for name in ("Script", "Notebook", "500 digits")
    )
    assert script.name.startswith("where-softmax-breaks-nll-x300-float16-trained-seed0-digit")
    compile(script.read_text(), script.name, "exec")
    assert json.loads(notebook.read_text())["nbformat"] == 4
    with table.open() as lines:
        assert len(list(csv.DictReader(lines))) == 500


def test_the_saved_script_prints_what_the_page_shows_to_the_last_bit(visit, tmp_path):
    """Trained anew, by one thread as on the server: the same weights."""
    link = "/?scale=5&weights=trained&seed=1"
    visit.open(link)
    shown = [visit.page.locator(f"[data-readout={name}]").first.inner_text() for name in FORMULAS]
    script = saved(visit.page, panel(visit, link).get_by_role("link", name="Script", exact=True), tmp_path)
    printed = subprocess.run([sys.executable, "-I", script, FOLDER], capture_output=True, text=True, check=True).stdout
    assert "and those above differ by 0 at most." in printed
    losses = [float(loss) for loss in re.findall(r"loss (\S+), failed", printed)]
    assert shown == [f"{loss:.4f}" if math.isfinite(loss) else str(loss) for loss in losses]
    assert {math.isfinite(loss) for loss in losses} == {True, False}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_plot_is_saved_as_it_looks(visit_as, tmp_path, theme):
    tab = visit_as(color_scheme=theme)
    dialog = panel(tab)
    svg = saved(tab.page, dialog.get_by_role("button", name="The loss is a mean as SVG"), tmp_path)
    png = saved(tab.page, dialog.get_by_role("button", name="The loss is a mean as PNG"), tmp_path)
    ground = tab.page.get_by_test_id("stApp").evaluate("it => getComputedStyle(it).backgroundColor")
    assert ElementTree.parse(svg).getroot().tag.endswith("svg")  # noqa: S314 - our own file
    assert ground in svg.read_text()
    with Image.open(png) as image:
        drawn = tab.page.locator(".wsb-chart").first.bounding_box()
        assert image.size[0] == pytest.approx(2 * drawn["width"], abs=2)
        assert image.convert("RGB").getpixel((1, 1)) == tuple(map(int, re.findall(r"\d+", ground)))


def test_the_scrubbers_picture_is_among_the_plots(visit, tmp_path):
    visit.open("/?scale=300")
    dialog = panel(visit, "/?scale=300")
    svg = saved(visit.page, dialog.get_by_role("button", name="Where softmax breaks as SVG"), tmp_path)
    assert svg.name == "where-softmax-breaks-break-it-scale300-plot1.svg"


def test_a_page_without_a_plot_says_so(visit):
    visit.page.goto(f"{visit.address}/method")
    visit.page.get_by_test_id("stPageLink").first.wait_for()
    visit.page.get_by_role("button", name="Take it home").click()
    expect(visit.page.get_by_text("There is no plot on this page now.")).to_be_visible()


@pytest.mark.parametrize(
    "context", [{"color_scheme": "light"}, {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}}]
)
def test_axe_finds_no_fault_in_the_open_panel(visit_as, context):
    tab = visit_as(**context)
    dialog = panel(tab)
    dialog.get_by_role("button", name="Copy as Python").click()
    expect(dialog.get_by_role("textbox", name="The script")).to_be_visible()
    overflow = dialog.evaluate("it => it.scrollWidth - it.clientWidth")
    assert overflow <= 0
    found = Axe().run(tab.page, context={"include": [[".wsb-home"]]}).response
    assert found["passes"]
    assert not [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found["violations"]]


def test_below_a_path_of_a_proxy_everything_is_found(visit_as):
    with served("--server.baseUrlPath=deep/down") as address:
        tab = visit_as(at=address)
        dialog = panel(tab)
        image = dialog.get_by_role("img", name="QR code")
        tab.page.wait_for_function("image => image.naturalWidth > 0", arg=image.element_handle())
        link = dialog.get_by_role("link", name="Script", exact=True).get_attribute("href")
        assert link
        assert link.startswith("/deep/down/home/script.py?")
        status, _, body = ask(address, link)
        assert status == 200
        assert b"SCALE = 300.0" in body
        tab.page.close()


def test_seed_and_digit_stay_in_the_address_when_the_page_changes(visit):
    """Streamlit drops what a folded-away box holds, and a copied link would then show another view."""
    page = visit.open("/?scale=300&seed=1&sample=17")
    for title in ("From pixels to logits", "Softmax and its log"):
        page.get_by_role("link", name=f"Next: {title}").click()
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible(timeout=30_000)
        page.wait_for_timeout(500)
        expect(page).to_have_url(re.compile("(?=.*scale=300)(?=.*seed=1)(?=.*sample=17)"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"/logits\?(?=.*seed=1)(?=.*sample=17)"))
