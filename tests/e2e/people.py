"""What everybody needs of a page, looked for in a real browser: axe's rules, the keyboard, stillness."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# WCAG 2.2, levels A and AA. axe leaves the size of targets out unless asked.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}

# Hundreds of shapes without a word in them, which axe would look at for seconds.
MARKS = (".scatterlayer", ".barlayer")

# What Streamlit 1.67 itself draws and axe finds fault with: selector -> why it is left alone.
STREAMLITS_OWN = {
    "[data-testid=stSidebarNav]": "on a phone its menu nests lists wrongly",
    "[data-testid=stCode]": "code scrolls sideways without taking focus, and its colours in the dark are faint",
    "[data-testid=stFileUploaderDropzone]": "its frame has no role and still a name",
    ".katex-display": "formulas scroll sideways without taking focus",
}

MOST_STOPS = 400

_WATCH = """() => {
  window.stops = [];
  const shape = ["outline", "boxShadow", "borderColor", "backgroundColor", "opacity", "textDecorationLine"];
  const up = (it) => it.parentElement ?? it.getRootNode().host;
  const looks = (it) => {
    const near = [it, up(it), up(up(it)), up(up(up(it))), ...[...up(it).querySelectorAll("*")].slice(0, 20)];
    return near.map((one) => shape.map((name) => getComputedStyle(one)[name]).join()).join("|");
  };
  const covered = (it) => {
    const { left, top, width, height } = it.getBoundingClientRect();
    const over = it.getRootNode().elementFromPoint(left + width / 2, top + height / 2);
    const own = !over || it.contains(over) || over.contains(it) || it.labels?.[0]?.contains(over);
    return own ? "" : over.outerHTML.slice(0, 200);
  };
  const came = ({ target }) => {
    const before = stops.at(-1);
    if (target.shadowRoot || before?.element === target) return;
    if (before) before.without = looks(before.element);
    stops.push({ element: target, focused: looks(target) });
  };
  addEventListener("keydown", () => stops.length && (stops.at(-1).covered = covered(stops.at(-1).element)), true);
  const roots = [document];
  for (const root of roots) {
    root.addEventListener("focusin", came);
    for (const it of root.querySelectorAll("*")) if (it.shadowRoot) roots.push(it.shadowRoot);
  }
  window.controls = roots.flatMap((root) => [
    ...root.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]"),
  ]).filter((it) => it.tabIndex >= 0 && !it.disabled && it.checkVisibility({ visibilityProperty: true }));
  document.activeElement?.blur();
}"""

_WRAPPED = "() => stops.findLastIndex((it) => it.element === stops[0].element) > 0"

_FOUND = """() => {
  const name = (it) => it.outerHTML.slice(0, 200);
  const reached = new Set(stops.map(({ element }) => element));
  const groups = new Set([...reached].filter((it) => it.type === "radio").map((it) => it.name));
  const gone = (it) => !it.isConnected || !it.checkVisibility({ visibilityProperty: true });
  const passed = (it) => reached.has(it) || gone(it) || (it.type === "radio" && groups.has(it.name));
  const missed = controls.filter((it) => !passed(it));
  const unseen = stops.filter(({ focused, without }) => focused === without).map(({ element }) => element);
  const covered = stops.filter((it) => it.covered).map((it) => [name(it.element), it.covered]);
  return { covered, stops: reached.size, missed: missed.map(name), unseen: [...new Set(unseen)].map(name) };
}"""

_MOVES = """() => {
  const roots = [document], moving = [];
  const seconds = (text) => Math.max(...text.split(",").map((it) => parseFloat(it) * (it.endsWith("ms") ? 1e-3 : 1)));
  for (const root of roots)
    for (const it of root.querySelectorAll("*:not(.wsb-scroll)")) {
      if (it.shadowRoot) roots.push(it.shadowRoot);
      const style = getComputedStyle(it);
      const animated = style.animationName === "none" ? 0 : seconds(style.animationDuration);
      if (Math.max(seconds(style.transitionDuration), animated) > 0.01) moving.push(it.outerHTML.slice(0, 200));
    }
  return moving;
}"""


def faults(page: Page, rules: dict[str, Any] = RULES) -> list[tuple[str, list[str]]]:
    """What axe finds, Streamlit's own set aside: (rule, the elements)."""
    left_out = {"exclude": [[selector] for selector in (*STREAMLITS_OWN, *MARKS)]}
    found = Axe().run(page, context=left_out, options=rules).response["violations"]
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found]


def walk_by_keyboard(page: Page) -> dict[str, Any]:
    """Presses Tab until it comes round: how many stops, controls it missed, stops whose focus cannot be seen,
    stops that something covers.

    Raises: AssertionError where it never comes round, caught in a part of the page
    """
    page.evaluate(_WATCH)
    for pressed in range(1, MOST_STOPS + 1):
        page.keyboard.press("Tab")
        if pressed % 10 == 0 and page.evaluate(_WRAPPED):
            return page.evaluate(_FOUND)
    raise AssertionError(f"after {MOST_STOPS} Tabs: {page.evaluate('() => stops.at(-1).element.outerHTML')[:200]}")


def moving(page: Page) -> list[str]:
    """Elements that would move for longer than anybody notices."""
    return page.evaluate(_MOVES)
