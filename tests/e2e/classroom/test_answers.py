"""What a student answers with, and what a student is told of it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.classroom.room import counted, in_sight

MARKUP = "<img src=x onerror=alert(1)><b>Is it bold?</b>"
A_SCALE = "a scale, 0.1 to 10,000"


def box(page: Page) -> Locator:
    return page.get_by_label("Scale, 0.1 to 10,000")


def send(page: Page) -> Locator:
    return page.get_by_role("button", name="Send")


def test_the_truth_is_the_first_thing_a_student_sees_wherever_the_page_was_scrolled_to(room):
    right, wrong, silent = (room.student() for _ in range(3))
    long = [f"{i}: " + "a long option " * 5 for i in range(8)]
    room.ask("Which of these many long ones is it? " * 6, *long)
    right.locator(".choice").first.click()
    wrong.locator(".choice").last.click()  # scrolls there
    for page in (right, wrong):
        expect(counted(page)).to_be_visible()
    room.presenter.locator("#right").select_option(long[0].strip())
    room.does("Close the answers")
    it_is = f"it is {long[0].strip()}."
    for page, says in ((right, "Right."), (wrong, f"Not right: {it_is}"), (silent, it_is.capitalize())):
        expect(page.locator(".verdict")).to_have_text(says, ignore_case=True)
        assert in_sight(page.locator(".verdict"))
        assert page.locator(".verdict").evaluate("it => parseFloat(getComputedStyle(it).fontSize)") > 24
        assert page.locator(".verdict").evaluate(
            "it => Boolean(it.compareDocumentPosition(it.getRootNode().querySelector('.options')) & 4)"
        )


def test_every_option_is_there_once_with_its_bar_and_whose_it_is(room):
    student = room.student()
    room.ask("Which?", "this", "that")
    student.locator(".choice").last.click()
    room.does("Show answers")
    expect(student.locator(".state")).to_have_text("Counted. You can still change it.")
    expect(room.presenter.locator(".running .state")).to_have_text("Shown. Answers are still open.")
    expect(student.locator(".option")).to_have_text([re.compile("^this 0"), re.compile("^that 1 .100 %. your answer$")])
    student.locator(".choice").first.click()
    expect(student.locator(".option").first).to_contain_text("1 (100 %) your answer")
    student.locator(".choice").last.click()
    expect(student.locator(".option").last).to_contain_text("1 (100 %) your answer")
    room.presenter.locator("#right").select_option("this")
    room.does("Close the answers")
    expect(student.locator(".option").first).to_contain_text("✓ right")
    expect(student.locator(".option").last).to_contain_text("✗ your answer")


def test_what_people_type_is_text_and_the_class_sees_what_was_let_through_once_it_is_shown(room):
    writer, other = room.student(), room.student()
    room.ask(MARKUP, "<i>yes</i>", "no")
    expect(other.locator(".card .asked")).to_have_text(MARKUP)
    expect(other.locator(".choice").first).to_contain_text("<i>yes</i>")
    room.ask("What is nan?", kind="free text")
    expect(send(writer)).to_be_disabled()
    writer.get_by_label("Your answer").fill("<script>alert(2)</script> not a number")
    send(writer).click()
    expect(counted(writer)).to_be_visible()
    other.get_by_label("Your answer").fill("my professor")
    send(other).click()
    mine, rude = (room.presenter.locator(".letting li").filter(has_text=it) for it in ("not a number", "professor"))
    expect(mine).to_contain_text("kept back")
    mine.get_by_role("button", name="Let through").click()
    expect(mine).to_contain_text("will be shown")
    expect(rude).to_contain_text("kept back")
    other.wait_for_timeout(700)
    expect(other.locator(".texts li")).to_have_count(0)

    room.does("Show answers")
    expect(mine).to_contain_text("✓ shown")
    room.does("Projector")
    for page, place in ((other, ".card"), (writer, ".card"), (room.presenter, ".wall")):
        expect(page.locator(f"{place} .texts li")).to_have_text(["<script>alert(2)</script> not a number"])
    room.presenter.keyboard.press("Escape")
    mine.get_by_role("button", name="Keep back").click()
    expect(other.locator(".texts li")).to_have_count(0)
    expect(other.get_by_text("No text has been let through yet.")).to_be_visible()


@pytest.mark.parametrize("way", ["slider", "box", "tap"])
def test_a_scale_is_the_students_own_nothing_is_there_before_they_choose(room, way):
    student = room.student()
    room.ask("At which scale?", kind=A_SCALE)
    slider = student.get_by_label("Scale, on a log track")
    expect(box(student)).to_have_value("")
    expect(slider).to_have_attribute("aria-valuetext", "nothing chosen yet")
    expect(send(student)).to_be_disabled()
    if way == "box":
        for typed in ("0", "20000", ""):
            box(student).fill(typed)
            expect(send(student)).to_be_disabled()
        box(student).fill("2.542")
    elif way == "tap":
        slider.click()  # in the very middle, where it stands
    else:
        slider.focus()
        for _ in range(3):
            slider.press("PageUp")
    given = box(student).input_value()
    expect(slider).to_have_attribute("aria-valuetext", f"×{given}")
    send(student).click()
    expect(counted(student)).to_contain_text(f"×{given}")
    room.does("Show answers")
    expect(student.locator(".columns li:not([aria-hidden])")).to_have_count(1)
    expect(student.locator(".flags")).to_have_text(f"your answer ×{given}")


def test_a_scale_within_a_tenth_of_the_truth_is_right(room):
    near, far = room.student(), room.student()
    room.presenter.get_by_role("button", name=re.compile("^Ask: At which scale")).click()
    for page, given in ((near, "212"), (far, "12")):
        box(page).fill(given)
        send(page).click()
        expect(counted(page)).to_be_visible()
    room.does("Tell the truth")
    expect(near.locator(".verdict")).to_have_text(re.compile(r"^Right, within a tenth: it is ×\d+"), timeout=30_000)
    expect(far.locator(".verdict")).to_have_text(re.compile(r"^Not right: it is ×\d+.*, you said ×12\.$"))
    assert in_sight(near.locator(".because"))
