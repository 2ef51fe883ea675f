"""The page that diagnoses a batch, as its router draws it."""

import re

import numpy as np
import pytest

from core.diagnosis.examples import EXAMPLES
from tests.unit.core.diagnosis.test_reading import BOMB, npy, npz

SOUND = np.array([[0.5, 1, 2], [2, 1, 0]], np.float32)
BROKEN = np.array([[0.5, 1, 2], [12, 3, 0]], np.float16)


@pytest.fixture
def page(open_link):
    """Opens the page as a link with these parameters does."""

    def opened(**query):
        app = open_link(**query)
        return app.switch_page("practice/diagnose.py").run()

    return opened


def text(app) -> str:
    """What stands on the page, without markup."""
    parts = [*(it.value for it in app.markdown), *(it.value for it in app.get("html")), *(it.value for it in app.code)]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", " ".join(map(str, parts))))


def uploaded(app, name, content, box="brought_logits"):
    app.file_uploader(key=box).upload(name, content)
    return app.run()


def test_before_anything_is_brought_it_says_what_to_bring(page):
    app = page()
    assert not app.exception
    assert "Logits and their targets, please." in text(app)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_sets_its_dtype_and_is_diagnosed(page, name):
    app = page()
    app.selectbox(key="example").set_value(name).run()
    assert not app.exception
    assert app.selectbox(key="dtype").value == EXAMPLES[name].dtype
    shown = text(app)
    assert EXAMPLES[name].about in shown
    assert "+ loss = F.cross_entropy(" in shown
    assert "its gradient is finite in every entry" in shown


@pytest.mark.parametrize(("link", "said"), [("masked attention", "masks every class"), ("<i>", "please")])
def test_an_example_is_a_link(page, link, said):
    app = page(example=link)
    app.query_params["example"] = link
    assert not app.run().exception
    assert said in text(app)


def test_an_uploaded_batch_sets_its_dtype_and_is_diagnosed(page):
    app = uploaded(page(), "b.npz", npz(logits=BROKEN, targets=np.array([2, 0])))
    assert not app.exception
    assert app.selectbox(key="dtype").value == "float16"
    shown = text(app)
    assert "Softmax by hand and then its log loses 1 of 2 rows in float16, first row 1" in shown
    assert "exp(12) is beyond the largest float16, 65504" in shown
    assert "+ loss = F.cross_entropy(logits.float(), targets)" in shown
    assert "Run on this batch: the loss is 0.232" in shown
    app.selectbox(key="dtype").set_value("float32").run()
    assert "Nothing fails in float32" in text(app)
    assert "- loss" not in text(app)


@pytest.mark.parametrize(
    ("row", "target", "said"),
    [
        ([np.nan] * 3, 0, "Row 5 arrives with nan among its logits: it was made before the loss."),
        ([0, np.nan, 1], 9, "Row 5 arrives with nan among its logits: it was made before the loss."),
        ([0, np.inf, 1], 0, "Row 5 arrives with inf among its logits: a layer before the loss overflowed."),
        ([12, 1, 0], 0, "loses 3 of 8 rows in float16, and the mean to row 5, whose loss is nan: exp overflows."),
        ([0, np.nan, 1], -100, "Row 5 is ignored by the loss, for its target is -100, but not by its gradient"),
    ],
)
def test_the_row_that_is_nan_is_the_headline_whatever_the_others_are(page, row, target, said):
    """Row 2 is lost by softmax and its log, row 3 by softmax by hand alone."""
    logits = np.array([SOUND[0]] * 2 + [[-35, 1, 0], [-18, 0, 0], SOUND[0], row] + [SOUND[0]] * 2, np.float16)
    targets = np.array([0] * 5 + [target] + [0] * 2)
    app = uploaded(page(), "b.npz", npz(logits=logits, targets=targets))
    lead = next(str(it.value) for it in app.get("html") if "wsb-lead" in str(it.value))
    assert said in lead


def test_a_row_that_is_never_lost_has_no_factor(page):
    shown = text(uploaded(page(), "b.npz", npz(logits=np.zeros((1, 2), np.float32), targets=np.array([0]))))
    assert "×inf" not in shown
    assert "0.6931472 never none" in shown  # its headroom, and why it is lost


def test_targets_in_a_file_of_their_own_and_an_ignore_index(page):
    app = uploaded(page(), "l.npy", npy(SOUND))
    assert "add the targets as a second file" in text(app)
    app = uploaded(app, "t.npy", npy(np.array([2, 7])), "brought_targets")
    assert "Row 1 has the target 7, but the classes are 0 to 2." in text(app)
    app.number_input(key="ignore").set_value(7.0).run()
    assert not app.exception
    assert "Nothing fails" in text(app)
    assert "1 row ignored: the target is 7." in text(app)


def test_targets_without_logits_are_not_enough(page):
    app = uploaded(page(), "t.npy", npy(np.array([2, 7])), "brought_targets")
    assert "These are the targets; bring the logits too." in text(app)


def test_pasted_rows_and_what_was_brought_last(page):
    app = page()
    app.selectbox(key="example").set_value("empty batch").run()
    app.text_area(key="brought_text").set_value("1, 2, 89, 2\n0, 1, 2, 0").run()
    assert not app.exception
    assert app.selectbox(key="example").value is None
    assert "pasted rows: 2 rows of 3 logits, in float32" in text(app)
    app.selectbox(key="example").set_value("empty batch").run()
    assert "The batch has no rows" in text(app)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.npy", b"\x93NUMPY\x01\x00", "is no .npy file"),
        ("a.npy", npy(np.array([object()]), allow_pickle=True), "holds pickled objects"),
        ("a.npz", BOMB, "more than 1,048,576 bytes once unpacked"),
        ("a.npz", npz(logits=SOUND, targets=np.array([0.5, 1])), "not a whole number"),
        ("a.csv", b"," * 1_000_000, "1,000,001 cells"),
        ("a.csv", b"1,2,0\n1,<script>,0", "holds '<script>', which is not a number"),
        ("<b>x.safetensors", b"\x00" * 9, "<b>x.safetensors is no whole .safetensors file"),
    ],
)
def test_what_is_no_batch_gets_a_sentence_and_the_page_stays(page, name, content, said):
    app = uploaded(page(), name, content)
    assert not app.exception
    refusal = next(str(it.value) for it in app.get("html") if "refused" in str(it.value))
    assert "<b>" not in refusal
    assert "<script>" not in refusal
    assert said in refusal.replace("&lt;", "<").replace("&gt;", ">").replace("&#x27;", "'")
    app.selectbox(key="example").set_value("trained MLP").run()
    assert "loses 20 of 64 rows" in text(app)


@pytest.mark.parametrize("value", [None, 1e300, -(2.0**63)])
def test_an_odd_ignore_index_counts_as_the_default(page, value):
    app = uploaded(page(), "b.npz", npz(logits=SOUND, targets=np.array([2, -100])))
    app.number_input(key="ignore").set_value(value).run()
    assert not app.exception
    assert "1 row ignored: the target is -100." in text(app)


def test_a_row_opens_in_a_lab(page):
    app = uploaded(page(), "b.npz", npz(logits=BROKEN, targets=np.array([2, 0])))
    app.selectbox(key="diagnosed_row").set_value(1).run()
    assert not app.exception
    assert any(link.label == "Row 1 in the gradient lab →" for link in app.get("page_link"))
    app.switch_page("labs/gradients.py").run()
    assert "row of your own" in " ".join(it.value for it in app.header).lower()
    assert app.text_input(key="typed_row").value == "12, 3, 0"
    assert app.number_input(key="typed_target").value == 0
    app.switch_page("practice/diagnose.py").run()
    assert "first row 1" in text(app)  # nothing is lost on the way


def test_long_rows_are_not_offered_to_the_labs(page):
    app = page()
    app.selectbox(key="example").set_value("large vocabulary").run()
    assert "diagnosed_row" not in [box.key for box in app.selectbox]
    assert any("of up to 50 logits, finite or masked" in it.value for it in app.caption)


def test_a_batch_is_measured_once(page):
    from core.diagnosis import report

    app = uploaded(page(), "b.npz", npz(logits=BROKEN, targets=np.array([2, 0])))
    kept = app.session_state["diagnosed"]
    assert isinstance(kept, report.Report)
    app.number_input(key="scale").set_value(3.0).run()
    assert app.session_state["diagnosed"] is kept
