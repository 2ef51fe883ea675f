"""A class in real browsers: a presenter, students at phone width, each a browser of its own."""

import re
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.people import faults
from tools.serve import free_port, started

APP = ("-m", "streamlit", "run", "app.py")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
MARKUP = "<img src=x onerror=alert(1)><b>Is it bold?</b>"


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[str]:
    """A server whose rooms are of this module alone."""
    with started(*APP, CLASS_FOLDER=str(tmp_path_factory.mktemp("class"))) as running:
        yield running.address


@pytest.fixture
def room(visit_as, server):
    """A presenter's tab in a room just opened, and a way to let students in."""
    return Room(visit_as, server)


class Room:
    def __init__(self, visit_as, address: str, **context: object) -> None:
        self.visit_as, self.address, self.tabs = visit_as, address, []
        self.presenter = self.tab(**context)
        self.presenter.goto(f"{address}/class")
        self.presenter.get_by_role("button", name="Open a room").click(timeout=60_000)
        self.code = self.presenter.locator(".way-in > div > .code").inner_text()

    def tab(self, **context: object) -> Page:
        """A page in a browser of its own."""
        self.tabs.append(self.visit_as(at=self.address, **context))
        return self.tabs[-1].page

    def student(self, **context: object) -> Page:
        """In the room by its link."""
        page = self.tab(**{**PHONE, **context})
        page.goto(f"{self.address}/class?room={self.code}")
        expect(page.locator(".student")).to_be_visible(timeout=60_000)
        return page

    def ask(self, question: str, *options: str, kind: str = "options to choose from") -> None:
        """A question of the presenter's own."""
        page = self.presenter
        if not page.get_by_label("Your question").is_visible():
            page.get_by_text("A question of your own").click()
        page.get_by_label("Your question").fill(question)
        page.get_by_label("Answered by").select_option(label=kind)
        if options:
            page.get_by_label("Options, one a line").fill("\n".join(options))
        page.get_by_role("button", name="Ask it").click()
        expect(page.locator(".running .asked")).to_have_text(question)

    def does(self, name: str) -> None:
        self.presenter.get_by_role("button", name=name, exact=True).click()


def bars(page: Page) -> list[str]:
    return page.locator(".card .bars li").all_inner_texts()


def counted(page: Page) -> Locator:
    return page.locator(".state").filter(has_text="Counted.")


def scale(page: Page) -> Locator:
    return page.get_by_label("Scale", exact=True)


def test_from_the_code_to_the_truth(room):
    first, second = room.student(), room.student()
    third = room.tab(**PHONE)
    third.goto(f"{room.address}/class")
    third.get_by_label("Code of the room").fill(f" {room.code[:3].lower()} {room.code[3:].lower()} ", timeout=60_000)
    third.get_by_role("button", name="Join", exact=True).click()
    expect(third.get_by_text("You are in.")).to_be_visible()
    expect(room.presenter.locator(".way-in > div > .members")).to_contain_text("3 members")

    asking = room.presenter.get_by_role("button", name=re.compile("^Ask: As the scale grows, which way"))
    question = asking.get_attribute("aria-label").removeprefix("Ask: ")
    asking.click()
    students = (first, second, third)
    for page in students:
        expect(page.locator(".card .asked")).to_have_text(question)
        page.locator(".choice").first.click()
        expect(counted(page)).to_be_visible()
    third.locator(".choice").nth(1).click()
    expect(third.locator(".choice").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(third.locator(".choice").first).to_have_attribute("aria-pressed", "false")
    expect(counted(third)).to_be_visible()
    expect(room.presenter.locator(".running .answered")).to_have_text("3 of 3 members answered")
    assert not first.locator(".bars").is_visible()

    room.does("Show answers")
    for page in students:
        expect(page.locator(".card .bars li").first).to_contain_text("2 (67 %)")
        expect(page.locator(".card .bars li").nth(1)).to_contain_text("1 (33 %)")
    second.locator(".choice").nth(1).click()
    expect(first.locator(".card .bars li").nth(1)).to_contain_text("2 (67 %)")

    room.does("Tell the truth")
    for page in students:
        expect(page.locator(".told")).to_contain_text(re.compile(r"Right: .+"), timeout=30_000)
        expect(page.locator(".bars li.right")).to_have_count(1)
        expect(page.locator(".choice").first).to_be_disabled()
    assert len({page.locator(":is(.card, .running) .truth").inner_text() for page in (*students, room.presenter)}) == 1


def test_what_people_type_is_shown_as_text_and_only_once_let_through(room):
    writer, reader = room.student(), room.student()
    room.ask(MARKUP, "<i>yes</i>", "no")
    expect(reader.locator(".card .asked")).to_have_text(MARKUP)
    expect(reader.locator(".choice").first).to_have_text("<i>yes</i>")
    room.ask("What is nan?", kind="free text")
    writer.get_by_label("Your answer").fill("<script>alert(2)</script> not a number")
    writer.get_by_role("button", name="Send").click()
    expect(counted(writer)).to_be_visible()
    words = room.presenter.locator(".letting li")
    expect(words).to_contain_text("<script>alert(2)</script> not a number")
    room.does("Show answers")
    expect(reader.locator(".answered")).to_have_text("1 of 2 members answered")
    expect(reader.get_by_text("not a number")).to_have_count(0)
    words.get_by_role("button", name="Let through").click()
    expect(reader.locator(".texts li")).to_have_text("<script>alert(2)</script> not a number")
    words.get_by_role("button", name="Take back").click()
    expect(reader.locator(".texts li")).to_have_count(0)

    slides, types = writer, reader  # a scale: by slider or box, drawn on its log track
    room.ask("At which scale?", kind="a scale, 0.1 to 10,000")
    slider = slides.get_by_label("Scale, on a log track")
    slider.focus()
    for _ in range(3):
        slider.press("PageUp")
    shown = slides.get_by_label("Scale, 0.1 to 10,000").input_value()
    assert float(shown) > 10
    slides.get_by_role("button", name="Send").click()
    expect(counted(slides)).to_contain_text(f"×{shown}")
    types.get_by_label("Scale, 0.1 to 10,000").fill("2.542")
    types.get_by_role("button", name="Send").click()
    expect(counted(types)).to_contain_text("×2.542")
    room.does("Show answers")
    expect(types.locator(".columns li:not([aria-hidden])")).to_have_count(2)
    expect(types.locator(".flags")).to_have_text("your answer ×2.542")


def test_students_follow_page_and_scale_step_off_and_on_again_and_can_go_back(room):
    student = room.student()
    student.evaluate("window.notLoadedAnew = true")
    lead = room.presenter.locator("#wsb-class-bar").get_by_role("switch", name="Follow me")
    lead.click()
    expect(lead).to_have_attribute("aria-checked", "true")
    room.presenter.evaluate(
        "history.pushState(null, '', '/softmax?scale=300&dtype=float16&weights=trained');"
        "dispatchEvent(new PopStateEvent('popstate'))"
    )
    expect(student.get_by_role("heading", level=1)).to_have_text("Softmax and its log", timeout=20_000)
    expect(scale(student)).to_have_value("300")
    expect(student).to_have_url(re.compile(r"/softmax\?.*dtype=float16.*weights=trained"))
    expect(room.presenter.get_by_role("heading", level=1)).to_have_text("Softmax and its log")
    room.presenter.evaluate(
        "history.pushState(null, '', '/nll?scale=300&seed=1&sample=17'); dispatchEvent(new PopStateEvent('popstate'))"
    )
    expect(student.get_by_role("heading", level=1)).to_have_text("The target's share", timeout=20_000)
    expect(student).to_have_url(re.compile("(?=.*seed=1)(?=.*sample=17)"))  # in a box that is folded away
    room.presenter.get_by_role("link", name="Next: A quotient of exponentials").click()
    expect(student.get_by_role("heading", level=1)).to_have_text("A quotient of exponentials", timeout=20_000)
    expect(student).to_have_url(re.compile("(?=.*seed=1)(?=.*sample=17)"))
    student.get_by_role("button", name="More").click()
    expect(student.get_by_role("spinbutton", name="Digit")).to_have_value("17")
    student.keyboard.press("Escape")
    scale(room.presenter).fill("20")
    scale(room.presenter).press("Enter")
    expect(scale(student)).to_have_value("20", timeout=20_000)
    assert student.evaluate("window.notLoadedAnew")

    bar = student.locator("#wsb-class-bar")
    bar.get_by_role("button", name="Step off").click()
    scale(room.presenter).fill("40")
    scale(room.presenter).press("Enter")
    expect(room.presenter).to_have_url(re.compile("scale=40"))
    student.wait_for_timeout(1_500)
    expect(scale(student)).to_have_value("20")
    bar.get_by_role("button", name="Follow again").click()
    expect(scale(student)).to_have_value("40", timeout=20_000)
    student.go_back()
    expect(scale(student)).to_have_value("20", timeout=20_000)
    bar.get_by_role("link", name="To the class").click()
    expect(student.get_by_text("You are in.")).to_be_visible(timeout=20_000)
    assert student.evaluate("window.notLoadedAnew")

    student.goto(f"{room.address}/nll?scale=300")
    expect(bar.get_by_role("link", name="To the class")).to_be_visible(timeout=60_000)
    lead.click()
    expect(lead).to_have_attribute("aria-checked", "false")
    room.presenter.get_by_role("link", name="To the class").click()
    room.ask("Ready?", "yes", "no")
    bar.get_by_role("link", name="A question waits").click()
    student.locator(".choice").first.click(timeout=20_000)
    expect(counted(student)).to_be_visible()


def test_loaded_anew_everybody_keeps_their_place(room):
    student = room.student()
    room.ask("Ready?", "yes", "no")
    student.locator(".choice").first.click()
    expect(counted(student)).to_be_visible()
    student.reload()
    expect(student.locator(".choice").first).to_have_attribute("aria-pressed", "true", timeout=60_000)
    expect(counted(student)).to_be_visible()
    room.presenter.reload()
    expect(room.presenter.locator(".running .answered")).to_have_text("1 of 1 member answered", timeout=60_000)
    room.does("Show answers")
    expect(student.locator(".card .bars li").first).to_contain_text("1 (100 %)")

    other = student.locator(".choice").nth(1)  # by keyboard alone, and the focus stays
    for _ in range(60):
        student.keyboard.press("Tab")
        if other.evaluate("it => it.getRootNode().activeElement === it"):
            break
    student.keyboard.press("Enter")
    expect(student.locator(".card .bars li").nth(1)).to_contain_text("1 (100 %)")
    expect(other).to_be_focused()


def test_an_answer_given_while_the_server_is_gone_is_counted_once_it_is_back(visit_as, tmp_path):
    """Below a path that a proxy puts in front."""
    below = partial(started, *APP, "--server.baseUrlPath=deep/down", port=free_port(), base="deep/down")
    with below(CLASS_FOLDER=str(tmp_path)) as server:
        room = Room(visit_as, server.address)
        student = room.student()
        room.ask("Ready?", "yes", "no")
        expect(student.locator(".choice")).to_have_count(2)
    student.locator(".choice").first.click()
    expect(student.locator(".state")).to_have_text("Kept, and sent once you are connected again.")
    expect(student.locator(".says")).to_contain_text("The connection is lost.")
    with below(CLASS_FOLDER=str(tmp_path)):
        expect(counted(student)).to_be_visible(timeout=60_000)
        expect(room.presenter.locator(".running .answered")).to_have_text("1 of 1 member answered", timeout=60_000)
        for tab in room.tabs:
            tab.page.close()
            tab.errors.clear()  # the browser's own words about a server that is gone


def test_a_closed_room_sends_everybody_out_and_its_code_opens_nothing(room):
    student = room.student()
    room.does("Close room")
    room.does("Keep it open")
    expect(room.presenter.get_by_role("button", name="Projector")).to_be_visible()
    room.does("Close room")
    room.does("Close it for good")
    for page in (student, room.presenter):
        expect(page.get_by_role("button", name="Join", exact=True)).to_be_visible()
        expect(page.locator("#wsb-class-bar")).to_be_hidden()
    expect(student.locator(".says")).not_to_be_empty()
    box = student.get_by_label("Code of the room")
    box.fill("ABC")
    box.press("Enter")
    expect(student.get_by_role("alert")).to_contain_text("this has 3")
    box.fill(room.code)
    box.press("Enter")
    expect(student.locator(".says")).to_contain_text("no room")


def test_the_projector_is_worked_by_keys_and_never_scrolls(room):
    page, student = room.presenter, room.student()
    room.does("Projector")
    wall = page.get_by_role("dialog", name="Projector")
    expect(wall.locator(".code")).to_have_text(room.code)

    def fits() -> None:
        for width, height in ((1920, 1080), (1280, 720)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(200)
            over = "it => [it.scrollHeight - it.clientHeight, it.scrollWidth - it.clientWidth]"
            assert max(*wall.evaluate(over), *wall.locator(".wall").evaluate(over)) <= 0

    fits()
    page.keyboard.press("?")
    expect(wall.get_by_text("leave the projector")).to_be_visible()
    page.keyboard.press("?")
    page.keyboard.press("ArrowRight")
    expect(wall.locator(".asked")).not_to_be_empty()
    student.get_by_role("button", name="Send").click()  # the first of the ready ones asks for a scale
    expect(wall.locator(".answered")).to_have_text("1 of 1 member answered")
    page.keyboard.press("Space")
    expect(wall.locator(".columns li").filter(has_text="×10 to ×17.8: 1")).to_have_count(1)
    page.keyboard.press("r")
    expect(wall.locator(".told")).to_contain_text("Right: ×", timeout=30_000)
    fits()
    page.keyboard.press("f")
    expect(wall.locator(".state")).to_have_text("Your students follow you")
    page.keyboard.press("Escape")
    expect(wall).to_be_hidden()
    room.ask("W" * 300, *(f"{i} " + "option " * 11 for i in range(8)))
    room.does("Projector")
    expect(wall.locator(".bars li")).to_have_count(8)
    fits()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_either_role(visit_as, server, theme):
    room = Room(visit_as, server, color_scheme=theme)
    student = room.student(color_scheme=theme)
    room.ask("Which of them?", "this one", "that one")
    student.locator(".choice").first.click()
    expect(counted(student)).to_be_visible()
    wrong = [*faults(student), *faults(room.presenter)]
    room.does("Show answers")
    room.does("Close the answers")
    expect(student.locator(".told")).to_be_visible()
    wrong += [*faults(student), *faults(room.presenter)]
    room.does("Projector")
    wrong += faults(room.presenter)
    assert not wrong
    overflow = student.locator("[data-testid=stMain]").evaluate("it => it.scrollWidth - it.clientWidth")
    assert overflow <= 0
    small = "it => { const r = it.getBoundingClientRect(); return Math.min(r.width, r.height); }"
    assert all(choice.evaluate(small) >= 44 for choice in student.locator(".choice").all())


def test_who_is_in_no_room_loads_nothing_of_the_class(visit_as, server):
    tab = visit_as(at=server)
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.page.on("websocket", lambda socket: asked.append(socket.url))
    tab.open()
    assert any(url.endswith("main.js") for url in asked)
    assert not [url for url in asked if re.search(r"/(bar|client)\.js|class/socket", url)]


def test_a_presenter_is_asked_before_another_room_takes_the_place_of_theirs(room):
    room.presenter.goto(f"{room.address}/class?room=BCDFGH")
    room.presenter.get_by_role("button", name=f"Keep presenting {room.code}").click(timeout=60_000)
    expect(room.presenter.locator(".way-in > div > .code")).to_have_text(room.code)
