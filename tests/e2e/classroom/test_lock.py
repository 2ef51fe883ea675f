"""A locked room: who is in it stays, nobody new comes in."""

from playwright.sync_api import expect

from tests.e2e.classroom.room import PHONE


def test_a_locked_room_lets_nobody_new_in_and_keeps_who_is_there(room):
    page, inside = room.presenter, room.student()
    lock = page.get_by_role("switch", name="Lock the room")
    lock.click()
    expect(lock).to_have_attribute("aria-checked", "true")
    expect(page.locator(".way-in > div > .members")).to_contain_text("locked: nobody new can come in")
    room.does("Projector")
    wall = page.get_by_role("dialog", name="Projector")
    expect(wall.locator(".waiting")).to_contain_text("The room is locked")
    expect(wall.locator(".waiting .qr")).to_be_hidden()
    page.keyboard.press("Escape")

    late = room.tab(**PHONE)
    late.goto(f"{room.address}/class?room={room.code}")
    expect(late.locator(".says")).to_contain_text("locked", timeout=60_000)
    expect(late.get_by_label("Code of the room")).to_have_value(room.code)
    inside.reload()
    expect(inside.get_by_text("You are in.")).to_be_visible(timeout=60_000)

    lock.click()
    expect(lock).to_have_attribute("aria-checked", "false")
    late.get_by_role("button", name="Join", exact=True).click()
    expect(late.get_by_text("You are in.")).to_be_visible()
