"""What a question's link promises is there to be seen, and what its sentences say of its lines is what they give."""

import math
import re

import pytest
import torch

from core.diagnosis.examples import EXAMPLES
from core.questions import QUESTIONS
from core.view import View
from tests.truth import torch_says
from tests.truth.page_text import page_text

BY_NAME = {it.shows.__name__: it for it in QUESTIONS}


def seen(name: str) -> str:
    """The page that the question's link opens, as it opens it."""
    it = BY_NAME[name].evidence
    return page_text(it.page, it.view, choose={"Or an example": it.more["example"]} if it.more else {})


def line(text: str, label: str) -> list[str]:
    """The cells of a table's line."""
    return re.search(rf"^{re.escape(label)} \| (.*)$", text, re.MULTILINE)[1].split(" | ")


def test_exps_overflow_and_with_the_maximum_taken_out_none_is_lost():
    text = seen("subtract_the_maximum")
    assert "exp overflows" in line(text, "log of softmax (naive)")[2]
    assert line(text, "x - logsumexp(x)")[1:] == ["0", "none failed"]


def test_shares_underflow_to_0():
    lost = line(seen("log_of_zero"), "log of softmax (naive)")[2]
    assert "target underflows" in lost or "quotient underflows" in lost


def test_the_loss_is_nan_in_half_precision_and_that_of_cross_entropy_is_not():
    text = seen("nan_in_half_precision")
    assert line(text, "log of softmax (naive)")[0] == "nan"
    assert math.isfinite(float(line(text, "F.cross_entropy")[0]))


def test_losses_are_exactly_0():
    view = BY_NAME["exactly_zero"].evidence.view
    zero = int((torch_says.nll(view, "torch_cross_entropy") == 0).sum())
    assert zero > 0
    assert line(seen("exactly_zero"), "F.cross_entropy")[-1] == f"{zero:,}"


def test_the_same_row_has_a_negative_loss():
    row = BY_NAME["negative_loss"].shows()
    text = seen("negative_loss")
    assert "Logits -103, -104 and -105, target the first" in text
    assert f"{row['unshifted'].item():.4g}, although a loss cannot be negative" in text


def test_masked_rows_are_nan_by_any_formula():
    assert "masks every class with -inf" in seen("masked_rows")


def test_torch_where_keeps_the_nan():
    cells = line(seen("where_keeps_the_nan"), "where(bad, 0, naive losses)")
    assert math.isfinite(float(cells[0]))
    assert int(cells[1].split()[0]) > 0  # nan in the gradient


def test_an_empty_batch_has_a_mean_of_nan():
    assert "The batch has no rows: the mean of no losses is nan." in seen("mean_of_nothing")


def test_ten_equal_logits_are_finite_and_wrong():
    said = BY_NAME["finite_and_wrong"].shows()
    text = seen("finite_and_wrong")
    (logit,) = re.findall(r"^10 times (\S+) \| x - logsumexp", text, re.MULTILINE)
    assert float(logit) == pytest.approx(2.0**26, rel=1e-5)
    lines = re.findall(r"^10 times \S+ \| (\S.*?) \| float32 \| (\S+) \| (\S+)$", text, re.MULTILINE)
    assert {formula: float(answer) == 0 for formula, answer, _ in lines}["x - logsumexp(x)"]
    assert said["F.cross_entropy"].item() == pytest.approx(math.log(10))


def test_every_link_is_held_to_its_promise_above():
    held = {name for name, it in globals().items() if name.startswith("test_")}
    assert len([it for it in QUESTIONS if it.evidence]) == len(held) - 2  # all but this one and the next
    assert all(it.evidence.more.get("example", "empty batch") in EXAMPLES for it in QUESTIONS if it.evidence)


def test_what_is_said_of_the_lines_is_what_they_give():
    said = {name: it.shows() for name, it in BY_NAME.items()}
    naive = said["subtract_the_maximum"]["naive"]
    assert naive.isneginf().any()
    assert naive.isnan().any()
    assert said["subtract_the_maximum"]["maximum first"].isfinite().all()
    assert said["log_of_zero"]["softmax"][0, 0] == 0
    assert said["log_of_zero"]["its log"][0, 0] == -torch.inf
    half = said["nan_in_half_precision"]
    assert half["float32"].isfinite()
    assert half["float16"].isnan()
    assert half["float16, F.cross_entropy"] == 0 < half["float32, F.cross_entropy"]
    assert said["exactly_zero"]["float32"] == 0 < said["exactly_zero"]["float64"]
    fed = said["probabilities_as_logits"]
    assert fed["from probabilities"] > 0.5 > fed["from logits"]
    negative = said["negative_loss"]
    assert negative["unshifted"] < 0 == negative["naive"]
    assert negative["its exps"].count_nonzero() == 1
    paper = math.exp(-103) * (1 + math.exp(-1) + math.exp(-2))
    assert negative["its exps"].sum().item() / paper == pytest.approx(0.5, abs=0.05)
    masked = said["masked_rows"]
    assert masked["one class masked"][0, -1] == -torch.inf
    assert masked["the whole row masked"].isnan().all()
    assert masked["its log-sum-exp, torch"] == -torch.inf
    assert masked["its log-sum-exp, by hand"].isnan()
    assert said["where_keeps_the_nan"]["value"].isfinite().all()
    assert said["where_keeps_the_nan"]["gradient"].isnan().any()
    assert said["mean_of_nothing"]["empty batch, mean"].isnan()
    assert said["mean_of_nothing"]["all targets ignored, mean"].isnan()
    assert said["finite_and_wrong"]["x - torch.logsumexp(x)"] == 0
    assert torch.tensor(2.0**26).nextafter(torch.tensor(torch.inf)) - 2.0**26 == 8
    grown = [torch_says.unscaled("trained", seed).max() for seed in range(3)]
    assert min(grown) > 11.1 > math.log(torch.finfo(torch.float16).max)
    assert View() == BY_NAME["masked_rows"].evidence.view
