"""A class for everybody: axe's rules in both roles and themes, the keyboard alone, the focus where something came."""

import pytest
from playwright.sync_api import expect

from tests.e2e.classroom.room import FOCUSED, PHONE, Room, bar, counted
from tests.e2e.people import faults, walk_by_keyboard

SMALLER = "it => { const r = it.getBoundingClientRect(); return Math.min(r.width, r.height); }"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_either_role(visit_as, server, theme):
    room = Room(visit_as, server, color_scheme=theme)
    student = room.student(color_scheme=theme)
    room.ask("Which of them?", "this one", "that one")
    student.locator(".choice").first.click()
    expect(counted(student)).to_be_visible()
    assert all(it.evaluate(SMALLER) >= 44 for it in student.locator(".choice").all())
    wrong = [*faults(student), *faults(room.presenter)]
    room.does("Show answers")
    expect(student.locator(".option").first).to_contain_text("1 (100 %)")
    wrong += [*faults(student), *faults(room.presenter)]
    room.does("Close the answers")
    expect(student.locator(".verdict")).to_be_visible()
    wrong += [*faults(student), *faults(room.presenter)]
    room.does("Projector")
    wrong += faults(room.presenter)
    room.presenter.keyboard.press("Escape")
    for kind in ("a scale, 0.1 to 10,000", "free text"):
        room.ask(f"By {kind}?", kind=kind)
        expect(student.locator(".card .asked")).to_have_text(f"By {kind}?")
        wrong += [*faults(student), *faults(room.presenter)]
        assert all(it.evaluate(SMALLER) >= 44 for it in student.locator(".card :is(button, input):visible").all())
    assert not wrong
    overflow = student.locator("[data-testid=stMain]").evaluate("it => it.scrollWidth - it.clientWidth")
    assert overflow <= 0


def test_on_a_phone_the_way_in_comes_first(visit_as, server):
    page = visit_as(at=server, **PHONE).page
    page.goto(f"{server}/class")
    expect(page.get_by_role("button", name="Join", exact=True)).to_be_visible(timeout=60_000)
    box = page.get_by_label("Code of the room")
    for _ in range(4):  # the way to the content, the menu, the content, the code
        page.keyboard.press("Tab")
    expect(box).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Join", exact=True)).to_be_focused()


def test_the_focus_goes_where_something_came(visit_as, server):
    page = visit_as(at=server).page
    page.goto(f"{server}/class")
    opening = page.get_by_role("button", name="Open a room")
    opening.focus(timeout=60_000)
    opening.press("Enter")
    expect(page.locator("h2.code")).to_be_focused()
    code = page.evaluate(FOCUSED)

    student = visit_as(at=server, **PHONE).page
    student.goto(f"{server}/class")
    student.get_by_label("Code of the room").fill(code, timeout=60_000)
    student.keyboard.press("Enter")
    expect(student.get_by_role("heading", name="You are in.")).to_be_focused()
    page.locator(".ready button").nth(1).press("Enter")
    expect(student.locator(".card .asked")).to_be_focused()
    student.locator(".choice").first.press("Enter")
    expect(counted(student)).to_be_visible()
    bar(page).get_by_role("button", name="Tell the truth").press("Enter")
    expect(student.locator(".verdict")).to_be_focused(timeout=30_000)


def test_the_keyboard_reaches_every_control_in_both_roles(room):
    student = room.student()
    room.ask("Which of them?", "this one", "that one")
    expect(student.locator(".choice")).to_have_count(2)
    for page in (room.presenter, student):
        found = walk_by_keyboard(page)
        assert not found["missed"]
        assert not found["unseen"]
        assert not found["covered"]
