"""Follow me: where the presenter goes the class goes, until somebody steps off."""

import re

from playwright.sync_api import expect

from tests.e2e.classroom.room import bar, counted, go, scale


def test_students_follow_page_and_scale_step_off_and_on_again_and_can_go_back(room):
    student = room.student()
    student.evaluate("window.notLoadedAnew = true")
    expect(bar(student)).to_contain_text("You are in the class")
    lead = room.presenter.get_by_role("switch", name="Follow me")
    expect(lead).to_have_count(1)
    lead.click()
    expect(lead).to_have_attribute("aria-checked", "true")
    go(room.presenter, "/softmax?scale=300&dtype=float16&weights=trained")
    expect(student.get_by_role("heading", level=1)).to_have_text("Softmax and its log", timeout=20_000)
    expect(scale(student)).to_have_value("300")
    expect(student).to_have_url(re.compile(r"/softmax\?.*dtype=float16.*weights=trained"))
    expect(room.presenter.get_by_role("heading", level=1)).to_have_text("Softmax and its log")
    go(room.presenter, "/nll?scale=300&seed=1&sample=17")
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

    expect(bar(student)).to_contain_text("You follow the presenter")
    bar(student).get_by_role("button", name="Step off").click()
    expect(bar(student)).to_contain_text("You are on your own")
    scale(room.presenter).fill("40")
    scale(room.presenter).press("Enter")
    expect(room.presenter).to_have_url(re.compile("scale=40&"))
    student.wait_for_timeout(1_500)
    expect(scale(student)).to_have_value("20")
    bar(student).get_by_role("button", name="Follow again").click()
    expect(scale(student)).to_have_value("40", timeout=20_000)
    student.go_back()
    expect(scale(student)).to_have_value("20", timeout=20_000)
    bar(student).get_by_role("link", name="To the class").click()
    expect(student.get_by_text("You are in.")).to_be_visible(timeout=20_000)
    assert student.evaluate("window.notLoadedAnew")

    student.goto(f"{room.address}/nll?scale=300")
    expect(bar(student).get_by_role("link", name="To the class")).to_be_visible(timeout=60_000)
    lead.click()
    expect(lead).to_have_attribute("aria-checked", "false")
    room.presenter.get_by_role("link", name="To the class").click()
    room.ask("Ready?", "yes", "no")
    bar(student).get_by_role("link", name="A question waits").click()
    student.locator(".choice").first.click(timeout=20_000)
    expect(counted(student)).to_be_visible()


def test_a_scale_is_shown_where_it_is_past_from_the_top_of_the_page_without_the_menu(room):
    page, student = room.presenter, room.student()
    page.get_by_role("switch", name="Follow me").click()
    page.get_by_role("button", name=re.compile("^Ask: At which scale")).click()
    room.does("Tell the truth")
    said = page.locator(".running .verdict")
    expect(said).to_contain_text("It is ×", timeout=30_000)
    right = float(re.sub(r"[^\d.]", "", said.inner_text()).rstrip("."))
    student.get_by_test_id("stExpandSidebarButton").click()
    expect(student.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "false")
    page.get_by_role("button", name="Show it on its page").click()
    for tab in (page, student):
        expect(scale(tab)).to_have_value(f"{1.1 * right:.3g}", timeout=20_000)
        expect(tab.get_by_role("heading", level=1)).to_have_text("Where softmax breaks")
        assert tab.get_by_test_id("stMain").evaluate("it => it.scrollTop") == 0
    expect(student.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")


def test_the_page_with_the_evidence_opens_at_the_question_s_own_view(room):
    page, student = room.presenter, room.student()
    page.get_by_role("switch", name="Follow me").click()
    for asked, title, link, value in (
        ("how many of the .* pairs", "Do they agree?", "/agreement?scale=300", "300"),
        ("which loses its first digit earlier", "A quotient of exponentials", "/log-quotient?weights=trained", "1"),
    ):
        go(page, "/softmax?scale=20&dtype=float16&seed=1&sample=17")
        expect(scale(page)).to_have_value("20", timeout=20_000)
        bar(page).get_by_role("link", name="To the class").click()
        page.get_by_role("button", name=re.compile(f"^Ask: .*{asked}")).click(timeout=20_000)
        room.does("Tell the truth")
        page.get_by_role("button", name="Show it on its page").click(timeout=30_000)
        for tab in (page, student):
            expect(tab.get_by_role("heading", level=1)).to_have_text(title, timeout=20_000)
            expect(scale(tab)).to_have_value(value)
            expect(tab).to_have_url(f"{room.address}{link}")
