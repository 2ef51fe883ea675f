"""The page without a server: how its script is put together, and which addresses it may be given."""

import pytest

from core import sweep
from core.view import SCALE_LIMITS
from tools.static import numbers
from tools.static.__main__ import address
from tools.static.bundle import bundled
from tools.static.look import styles

THREE = {
    "page.js": 'import look from "./look.js";\n'
    'import * as text from "./text.js";\nimport { a as b } from "./text.js";\n',
    "look.js": 'import { a } from "./text.js";\nexport default { a };\n',
    "text.js": "export function a() {}\nexport async function later() {}\nexport class It {}\nexport const N = 1;\n",
}


def test_every_module_comes_once_and_after_what_it_needs():
    script = bundled(THREE, "page.js")
    assert [script.count(f"const ${name} = ") for name in ("text", "look", "page")] == [1, 1, 1]
    assert script.index("const $text") < script.index("const $look") < script.index("const $page")


def test_imports_and_exports_become_constants():
    script = bundled(THREE, "page.js")
    assert "return { a, later, It, N };" in script
    assert "const $default = { a };\nreturn { default: $default };" in script
    for line in ("const look = $look.default;", "const text = $text;", "const { a: b } = $text;"):
        assert line in script
    assert "import " not in script
    assert "export " not in script


def test_a_module_nobody_needs_stays_out():
    assert "lost" not in bundled(THREE | {"lost.js": "export const lost = 1;\n"}, "page.js")


@pytest.mark.parametrize(
    "line",
    [
        'import "./text.js";',
        'import a, { N } from "./text.js";',
        'import { a } from "../text.js";',
        'import { a } from "https://example.org/text.js";',
        "export { a };",
        "export let a = 1;",
        'export * from "./text.js";',
    ],
)
def test_a_form_it_does_not_know_is_refused(line):
    with pytest.raises(ValueError, match=r"page\.js has a line that cannot be bundled: (import|export)"):
        bundled({"page.js": f"{line}\n", "text.js": THREE["text.js"]}, "page.js")


def test_a_circle_and_a_missing_module_are_refused():
    circle = {"a.js": 'import { b } from "./b.js";\n', "b.js": 'import { a } from "./a.js";\n'}
    with pytest.raises(ValueError, match=r"circle: a\.js -> b\.js -> a\.js"):
        bundled(circle, "a.js")
    with pytest.raises(KeyError, match=r"b\.js"):
        bundled({"a.js": circle["a.js"]}, "a.js")


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("", ""),
        (" https://app.example ", "https://app.example/"),
        ("http://127.0.0.1:8501/class/softmax/", "http://127.0.0.1:8501/class/softmax/"),
    ],
)
def test_an_address_ends_in_one_slash(monkeypatch, given, read):
    monkeypatch.setenv("LIVE_URL", given)
    assert address("LIVE_URL") == read


@pytest.mark.parametrize(
    "given",
    [
        "app.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "https://a/?b",
        "https://a/#b",
        "http://[",
    ],
)
def test_what_is_no_address_ends_the_build_with_a_sentence(monkeypatch, given):
    monkeypatch.setenv("LIVE_URL", given)
    with pytest.raises(SystemExit, match=r"^LIVE_URL is .*; it must be an address such as https://"):
        address("LIVE_URL")


def test_the_scales_are_the_tracks_and_the_round_ones_in_order():
    assert set(sweep.SCALES) < set(numbers.SCALES)
    assert {0.1, 0.3, 1, 20, 300, 5000, 10_000} < set(numbers.SCALES)
    assert list(numbers.SCALES) == sorted(set(numbers.SCALES))
    assert (numbers.SCALES[0], numbers.SCALES[-1]) == SCALE_LIMITS


def test_the_style_names_a_colour_for_everything_the_scrubber_asks_for():
    sheet = styles()
    asked = {part.partition(")")[0].partition(",")[0] for part in sheet.split("var(--st-")[1:]} - {"link-color"}
    assert asked
    assert not [name for name in asked if f"--st-{name}: " not in sheet]
