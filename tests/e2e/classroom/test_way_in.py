"""Where the link and the QR code of a room lead: to phones' screens, or the page says what to do."""

import io
import re
from collections.abc import Iterator

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from pages.parts import lan
from tests.e2e.classroom.room import APP, Room
from tools.serve import started

ADDRESS = ".way-in > div > .address"
WARNING = f"{ADDRESS} + .problem"
LEAD_TO_THEMSELVES = ["127.0.0.1", "127.8.8.8", "localhost", "app.localhost", "[::]", "[::1]", "[::ffff:7f00:1]"]
LEAD_HERE = ["192.168.1.5", "laptop.local", "class.example.org", "127.example.org", "[fd00::2]", "1.127.0.0"]
IS_OF_THIS_MACHINE = """async ([path, names]) => {
  const { isOfThisMachine } = await import(path);
  return names.map((it) => isOfThisMachine(it));
}"""


def decoded(page: Page, name: str = ".way-in > .qr") -> str:
    image = page.locator(name)
    expect(image).to_have_js_property("complete", True)
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(image.screenshot())))
    return code.text


@pytest.fixture(scope="module")
def open_server(tmp_path_factory) -> Iterator[str]:
    """As `make class` starts it."""
    command = (*APP, "--server.address", "::")
    with started(*command, CLASS_FOLDER=str(tmp_path_factory.mktemp("class"))) as running:
        yield running.address


def test_a_room_that_no_phone_can_join_says_which_command_opens_one(room):
    page = room.presenter
    expect(page.locator(WARNING)).to_contain_text("Phones cannot open this link: 127.0.0.1 leads each")
    expect(page.locator(WARNING)).to_contain_text("make class")
    expect(page.locator(".way-in .ways")).to_be_hidden()
    room.does("Projector")
    expect(page.locator(".wall .problem")).to_contain_text("make class")


@pytest.mark.skipif(not lan.addresses(), reason="this machine is in no network")
def test_a_room_opened_on_the_machine_itself_leads_phones_to_the_network(visit_as, browser, open_server):
    room = Room(visit_as, open_server)
    page = room.presenter
    port = open_server.rpartition(":")[2]
    link = f"http://{lan.addresses()[0]}:{port}/class?room={room.code}"
    expect(page.locator(ADDRESS)).to_have_text(link)
    expect(page.locator(WARNING)).to_have_text("")
    assert decoded(page) == link
    phone = browser.new_context().new_page()
    phone.goto(link)
    expect(phone.locator(".student")).to_be_visible(timeout=60_000)
    expect(page.locator(".way-in > div > .members")).to_contain_text("1 student joined")
    phone.context.close()
    others = page.locator("#way option").all_inner_texts()
    assert others == [f"http://[{it}]:{port}" if ":" in it else f"http://{it}:{port}" for it in lan.addresses()]
    if len(others) > 1:
        page.locator("#way").select_option(others[1])
        expect(page.locator(ADDRESS)).to_have_text(f"{others[1]}/class?room={room.code}")
        assert decoded(page) == f"{others[1]}/class?room={room.code}"


@pytest.mark.skipif(not lan.addresses(with_ipv6=False), reason="this machine is in no network")
def test_a_room_opened_at_an_address_that_serves_all_keeps_it_and_warns_nobody(browser, open_server):
    origin = open_server.replace("127.0.0.1", lan.addresses(with_ipv6=False)[0])
    page = browser.new_context().new_page()
    page.goto(f"{origin}/class")
    page.get_by_role("button", name="Open a room").click(timeout=60_000)
    expect(page.locator(ADDRESS)).to_have_text(re.compile(f"^{re.escape(origin)}/class"))
    expect(page.locator(WARNING)).to_have_text("")
    expect(page.locator(".way-in .ways")).to_be_hidden()
    page.context.close()


def test_what_leads_each_phone_to_itself_is_known_by_its_name(room):
    page = room.presenter
    path = page.evaluate("performance.getEntriesByType('resource').find((it) => it.name.endsWith('/machine.js')).name")
    expected = [True] * len(LEAD_TO_THEMSELVES) + [False] * len(LEAD_HERE)
    assert page.evaluate(IS_OF_THIS_MACHINE, [path, LEAD_TO_THEMSELVES + LEAD_HERE]) == expected
