"""What a presenter works with: the page, and the bar that is on every page."""

import re

from playwright.sync_api import expect

from tests.e2e.classroom.room import FOCUSED, bar, go, in_sight


def test_what_was_asked_comes_into_sight_has_the_focus_and_is_said(room):
    page = room.presenter
    page.set_viewport_size({"width": 1280, "height": 720})
    last = page.locator(".ready button").last
    last.focus()
    last.press("Enter")
    expect(page.locator(".running .state")).to_have_text("Asked. Answers are open.")
    assert page.locator(".running .state").get_attribute("role") == "status"
    assert page.evaluate(FOCUSED) == "Running question"
    assert in_sight(page.locator(".running .asked"))


def test_nothing_takes_the_focus_from_a_presenter_who_writes(room):
    page = room.presenter
    page.get_by_text("A question of your own").click()
    wall = page.context.new_page()
    wall.goto(f"{room.address}/class")
    wall.get_by_role("button", name="Projector").click(timeout=60_000)
    asked = page.get_by_label("Your question")
    asked.fill("Why is the loss")
    wall.keyboard.press("ArrowRight")
    expect(page.locator(".running .state")).to_have_text("Asked. Answers are open.")
    wall.keyboard.press("r")
    expect(page.locator(".running .state")).to_have_text("Shown. Answers are still open.")
    page.keyboard.type(" nan?")
    expect(asked).to_have_value("Why is the loss nan?")
    assert in_sight(asked)


def test_answers_are_shown_and_told_from_any_page(room):
    page, student = room.presenter, room.student()
    room.ask("Which?", "this", "that")
    page.locator("#right").select_option("that")
    go(page, "/nll")
    expect(page.get_by_role("heading", level=1)).to_have_text("The target's share", timeout=20_000)
    student.locator(".choice").first.click()
    expect(bar(page)).to_contain_text("1 of 1 answered")
    bar(page).get_by_role("button", name="Show answers").click()
    expect(bar(page)).to_contain_text("Shown. Answers are still open.")
    expect(student.locator(".option").first).to_contain_text("1 (100 %)")
    bar(page).get_by_role("button", name="Close the answers").click()
    expect(student.locator(".verdict")).to_have_text("Not right: it is that.")
    expect(bar(page).get_by_role("button", name="Show answers")).to_be_hidden()
    expect(bar(page).get_by_role("link", name="To the class")).to_be_focused()


def test_a_double_click_on_show_tells_nothing(room):
    page = room.presenter
    room.ask("Which?", "this", "that")
    show = bar(page).get_by_role("button", name="Show answers")
    show.dblclick()
    expect(page.locator(".running .state")).to_have_text("Shown. Answers are still open.")
    show.click(force=True)
    page.wait_for_timeout(500)
    expect(page.locator(".running .state")).to_have_text("Shown. Answers are still open.")
    expect(show).to_be_focused()


def test_by_keyboard_show_and_tell_are_one_step_from_the_question(room):
    page = room.presenter
    room.ask("Which?", "this", "that")
    assert page.evaluate(FOCUSED) == "Running question"
    page.keyboard.press("Tab")  # the right answer
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(bar(page).get_by_role("button", name="Show answers")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".running .state")).to_have_text("Shown. Answers are still open.")


def test_a_closed_room_sends_everybody_out_and_its_code_opens_nothing(room):
    student = room.student()
    room.does("Close room")
    room.does("Keep it open")
    expect(room.presenter.get_by_role("button", name="Projector")).to_be_visible()
    room.does("Close room")
    room.does("Close it for good")
    for page in (student, room.presenter):
        expect(page.get_by_role("button", name="Join", exact=True)).to_be_visible()
        expect(bar(page)).to_be_hidden()
    expect(student.locator(".says")).to_contain_text("This room is closed: by its presenter")
    expect(room.presenter.locator(".says")).to_have_text("You closed the room. Its questions and answers are deleted.")
    assert room.presenter.evaluate(FOCUSED) == "Join a class"
    box = student.get_by_label("Code of the room")
    box.fill("ABC")
    box.press("Enter")
    expect(student.get_by_role("alert")).to_contain_text("this has 3")
    box.fill(room.code)
    box.press("Enter")
    expect(student.locator(".says")).to_contain_text("no room")


def test_a_presenter_is_asked_before_another_room_takes_the_place_of_theirs(room):
    room.presenter.goto(f"{room.address}/class?room=BCDFGH")
    room.presenter.get_by_role("button", name=f"Keep presenting {room.code}").click(timeout=60_000)
    expect(room.presenter.locator("h2.code")).to_have_text(room.code)


def test_where_a_scale_means_nothing_there_is_none_and_the_class_keeps_it(room):
    page = room.presenter
    expect(page.get_by_test_id("stNumberInput")).to_be_hidden()
    go(page, "/softmax?scale=300&dtype=float16&seed=1")
    expect(page.get_by_label("Scale", exact=True)).to_be_visible(timeout=20_000)
    bar(page).get_by_role("link", name="To the class").click()
    expect(page.get_by_label("Scale", exact=True)).to_be_hidden(timeout=20_000)
    page.get_by_role("link", name=re.compile("^Next: ")).click()
    expect(page.get_by_label("Scale", exact=True)).to_be_visible(timeout=20_000)
    expect(page.get_by_label("Scale", exact=True)).to_have_value("300")
