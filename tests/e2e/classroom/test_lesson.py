"""A class from the code to the truth, and through what may come between."""

import re
from functools import partial

from playwright.sync_api import expect

from tests.e2e.classroom.room import APP, PHONE, Room, counted
from tools.serve import free_port, started


def test_from_the_code_to_the_truth(room):
    first, second = room.student(), room.student()
    third = room.tab(**PHONE)
    third.goto(f"{room.address}/class")
    third.get_by_label("Code of the room").fill(f" {room.code[:3].lower()} {room.code[3:].lower()} ", timeout=60_000)
    third.get_by_role("button", name="Join", exact=True).click()
    expect(third.get_by_text("You are in.")).to_be_visible()
    expect(room.presenter.locator(".members").first).to_contain_text("3 students joined")

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
    expect(room.presenter.locator(".running .answered")).to_have_text("3 of 3 answered")
    assert not first.locator(".bar").first.is_visible()

    room.does("Show answers")
    for page in students:
        expect(page.locator(".choice").first).to_contain_text("2 (67 %)")
        expect(page.locator(".choice").nth(1)).to_contain_text("1 (33 %)")
    second.locator(".choice").nth(1).click()
    expect(first.locator(".choice").nth(1)).to_contain_text("2 (67 %)")

    room.does("Tell the truth")
    for page in students:
        expect(page.locator(".verdict")).not_to_be_empty(timeout=30_000)
        expect(page.locator(".option.right")).to_have_count(1)
        expect(page.locator(".choice").first).to_be_disabled()
    right = [page.locator(":is(.card, .running) .option.right .label") for page in (*students, room.presenter)]
    assert len({label.inner_text() for label in right}) == 1


def test_loaded_anew_everybody_keeps_their_place(room):
    student = room.student()
    room.ask("Ready?", "yes", "no")
    student.locator(".choice").first.click()
    expect(counted(student)).to_be_visible()
    student.reload()
    expect(student.locator(".choice").first).to_have_attribute("aria-pressed", "true", timeout=60_000)
    expect(counted(student)).to_be_visible()
    room.presenter.reload()
    expect(room.presenter.locator(".running .answered")).to_have_text("1 of 1 answered", timeout=60_000)
    room.does("Show answers")
    expect(student.locator(".choice").first).to_contain_text("1 (100 %)")

    other = student.locator(".choice").nth(1)  # by keyboard alone, and the focus stays
    for _ in range(60):
        student.keyboard.press("Tab")
        if other.evaluate("it => it.getRootNode().activeElement === it"):
            break
    student.keyboard.press("Enter")
    expect(other).to_contain_text("1 (100 %)")
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
        expect(room.presenter.locator(".running .answered")).to_have_text("1 of 1 answered", timeout=60_000)
        for tab in room.tabs:
            tab.page.close()
            tab.errors.clear()  # the browser's own words about a server that is gone


def test_who_is_in_no_room_loads_nothing_of_the_class(visit_as, server):
    tab = visit_as(at=server)
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.page.on("websocket", lambda socket: asked.append(socket.url))
    tab.open()
    assert any(url.endswith("main.js") for url in asked)
    assert not [url for url in asked if re.search(r"/(bar|client)\.js|class/socket", url)]
