"""A class in real browsers: a presenter, students at phone width, each a browser of its own."""

from playwright.sync_api import Locator, Page, expect

APP = ("-m", "streamlit", "run", "app.py")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
FOCUSED = "document.activeElement.shadowRoot?.activeElement.innerText ?? document.activeElement.innerText"


class Room:
    """A room just opened, and a way to let students in."""

    def __init__(self, visit_as, address: str, **context: object) -> None:
        self.visit_as, self.address, self.tabs = visit_as, address, []
        self.presenter = self.tab(**context)
        self.presenter.goto(f"{address}/class")
        self.presenter.get_by_role("button", name="Open a room").click(timeout=60_000)
        self.code = self.presenter.locator("h2.code").inner_text()

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


def counted(page: Page) -> Locator:
    return page.locator(".state").filter(has_text="Counted.")


def scale(page: Page) -> Locator:
    return page.get_by_label("Scale", exact=True)


def bar(page: Page) -> Locator:
    return page.locator("#wsb-class-bar")


def go(page: Page, address: str) -> None:
    """As a link within the app does: without loading it anew."""
    page.evaluate(
        "(address) => { history.pushState(null, '', address); dispatchEvent(new PopStateEvent('popstate')); }", address
    )


def in_sight(it: Locator) -> bool:
    """Whether all of it is seen without scrolling, and nothing lies over it."""
    return it.evaluate(
        """(it) => {
          const { left, right, top, bottom } = it.getBoundingClientRect();
          const at = (y) => it.getRootNode().elementFromPoint((left + right) / 2, y);
          return top >= 0 && bottom <= innerHeight && [top + 2, bottom - 2].every((y) => it.contains(at(y)));
        }"""
    )
