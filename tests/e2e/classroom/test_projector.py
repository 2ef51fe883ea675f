"""The wall: worked by keys, read from the last row."""

from playwright.sync_api import expect

FORMULA = "x - log(sum of exp(x))"


def fits(page, wall) -> bool:
    for width, height in ((1920, 1080), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(200)
        over = "it => [it.scrollHeight - it.clientHeight, it.scrollWidth - it.clientWidth]"
        if max(*wall.evaluate(over), *wall.locator(".wall").evaluate(over)) > 0:
            return False
    return True


def test_the_projector_is_worked_by_keys_and_never_scrolls(room):
    page, student = room.presenter, room.student()
    room.does("Projector")
    wall = page.get_by_role("dialog", name="Projector")
    expect(wall.locator(".waiting .code")).to_have_text(room.code)
    assert fits(page, wall)
    page.keyboard.press("?")
    expect(wall.get_by_text("leave the projector")).to_be_visible()
    page.keyboard.press("Escape")  # the list, not the wall
    expect(wall.get_by_text("leave the projector")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(wall.locator(".asked")).not_to_be_empty()
    student.get_by_label("Scale, 0.1 to 10,000").fill("10")  # the first of the ready ones asks for a scale
    student.get_by_role("button", name="Send").click()
    expect(wall.locator(".answered")).to_have_text("1 of 1 answered")
    page.keyboard.press("Space")
    expect(wall.locator(".columns li").filter(has_text="×10 to ×17.8: 1")).to_have_count(1)
    expect(wall.locator(".state")).to_have_text("Shown. Answers are still open.")
    page.keyboard.press("r")
    expect(wall.locator(".verdict")).to_contain_text("It is ×", timeout=30_000)
    expect(wall.locator(".truth")).to_be_visible()
    assert fits(page, wall)
    page.keyboard.press("f")
    expect(wall.locator(".state")).to_contain_text("Students follow you")
    page.keyboard.press("Escape")
    expect(wall).to_be_hidden()
    room.ask("W" * 300, *(f"{i} " + "option " * 11 for i in range(8)))
    room.does("Projector")
    expect(wall.locator(".option")).to_have_count(8)
    assert fits(page, wall)


def test_keys_pressed_faster_than_the_class_hears_of_them_are_not_lost(room):
    page, student = room.presenter, room.student()
    room.ask("Which?", "this", "that")
    room.does("Projector")
    page.get_by_role("dialog").evaluate(
        "(it) => ['r', 'r', 'f', 'f', 'f'].forEach((key) => it.dispatchEvent(new KeyboardEvent('keydown', { key })))"
    )
    expect(student.locator(".verdict")).to_have_text("The answers are closed.")
    expect(page.get_by_role("dialog").locator(".state")).to_have_text("Answers are closed. · Students follow you")


def test_the_wall_looks_back_while_the_class_goes_on(room):
    page, student = room.presenter, room.student()
    for asked in ("First?", "Second?"):
        room.ask(asked, "yes", "no")
        room.does("Close the answers")
        expect(page.locator(".running .state")).to_have_text("Answers are closed.")
    room.ask("Third?", "yes", "no")
    room.does("Projector")
    wall = page.get_by_role("dialog", name="Projector")
    for asked in ("Third?", "Second?", "First?"):
        expect(wall.locator(".asked")).to_have_text(asked)
        page.keyboard.press("ArrowLeft")
    expect(wall.locator(".waiting .code")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    expect(wall.locator(".asked")).to_have_text("First?")
    expect(wall.locator(".state")).to_contain_text("Looking back")
    page.keyboard.press("r")  # returns, and reveals nothing
    expect(wall.locator(".asked")).to_have_text("Third?")
    expect(wall.locator(".state")).to_have_text("Asked. Answers are open.")
    expect(student.locator(".card .asked")).to_have_text("Third?")
    page.keyboard.press("r")
    expect(wall.locator(".state")).to_have_text("Shown. Answers are still open.")


def test_late_comers_can_read_how_to_join_and_no_formula_is_broken(room):
    page = room.presenter
    page.set_viewport_size({"width": 1280, "height": 720})
    room.ask(f"Some words before it, so many that the line is over just about here, within {FORMULA}", FORMULA, "none")
    room.does("Projector")
    corner = page.get_by_role("dialog").locator(".corner")
    expect(corner.locator(".code")).to_have_text(room.code)
    assert corner.locator(".code").evaluate("it => parseFloat(getComputedStyle(it).fontSize) / innerHeight") >= 0.04
    assert corner.locator(".qr").evaluate("it => it.naturalWidth && it.offsetHeight / innerHeight") >= 0.1
    formulas = page.get_by_role("dialog").locator(".formula")
    expect(formulas).to_have_text([FORMULA, FORMULA])
    for width in (1280, 1180, 1100, 1020):
        page.set_viewport_size({"width": width, "height": 720})
        page.wait_for_timeout(100)
        assert [it.evaluate("it => it.getClientRects().length") for it in formulas.all()] == [1, 1]
