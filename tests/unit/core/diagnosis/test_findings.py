"""Every finding on a batch made for it; and the line that is recommended does what is said of it."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from core.diagnosis import BatchError, diagnosis, failures, hidden, measured, worst, zeros
from core.diagnosis.fates import NAMES
from core.diagnosis.findings import FINDINGS
from core.diagnosis.headroom import FACTORS, known, lost_by_factor
from core.diagnosis.headroom import sentence as of_headroom
from core.diagnosis.notes import notes
from core.diagnosis.report import TROUBLES
from core.diagnosis.words import diff, outcome
from core.dtypes import DTYPES, limits, scaled, torch_dtype
from core.prediction import ends

INF, NAN = math.inf, math.nan
SOUND = [0.5, -1.0, 2.0]

# Finding -> logits, targets, dtype, what the sentence says.
CASES = {
    "target is no class": ([SOUND, SOUND], [0, 3], "float32", "Row 1 has the target 3, but the classes are 0 to 2."),
    "no rows": ([SOUND, SOUND], [-100, -100], "float32", "Every target is -100, which is ignored"),
    "nan among the logits": ([SOUND, [0, NAN, 1]], [0, 0], "float32", "Row 1 arrives with nan among its logits"),
    "inf among the logits": ([[0, INF, 1], SOUND], [0, 0], "float32", "Row 0 arrives with inf among its logits"),
    "logit overflows": (
        [SOUND, [70_000, 0, 0]],
        [0, 0],
        "float16",
        "the logit 70000, beyond the largest float16, 65504",
    ),
    "every class masked": ([[-INF] * 3, SOUND, [-INF] * 3], [0, 0, 1], "float32", "-inf (2 of 3 rows are like it)"),
    "target masked": ([SOUND, [1, -INF, 0]], [0, 1], "float32", "Row 1 masks its own target, class 1"),
    "ignored rows spoil the gradient": (
        [SOUND, [0, NAN, 1]],
        [0, -100],
        "float32",
        "Row 1 is ignored by the loss, for its target is -100, but not by its gradient",
    ),
    "probabilities": ([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]], [0, 1], "float32", "2 of 2 rows are nowhere negative"),
    "F.cross_entropy loses a row": ([[60_000, -60_000, 0]], [1], "float16", "itself gives inf on row 0 in float16"),
    "F.cross_entropy's mean overflows": ([[0, 0, 300]] * 300, [0] * 300, "float16", "mean of the 300 losses is inf"),
    "softmax, then log loses a row": (
        [SOUND, [0, 106, 0]],
        [0, 2],
        "float32",
        "loses 1 of 2 rows in float32, first row 1",
    ),
    "log of softmax loses a row": (
        [SOUND, [1, 2, 89]],
        [0, 2],
        "float32",
        "by hand and then its log loses 1 of 2 rows",
    ),
    "softmax, then log loses a gradient": ([SOUND, [0, 1, -104.5]], [0, 1], "float32", "first that of row 1"),
    "log of softmax loses a gradient": ([SOUND, [-104, -103.5, -103.7]], [0, 1], "float32", "first that of row 1"),
    "nothing": ([SOUND], [2], "float32", "Nothing fails in float32"),
}


def report(logits, targets, dtype="float32", **more):
    return measured(torch.tensor(logits, dtype=torch.float64), torch.tensor(targets), dtype, **more)


@pytest.mark.parametrize("found", CASES)
def test_a_batch_gets_its_diagnosis(found):
    logits, targets, dtype, said = CASES[found]
    told = diagnosis(report(logits, targets, dtype))
    assert told.found == found
    assert said in told.sentence
    assert told.sentence.endswith(".")
    assert told.why.endswith(".")
    assert told.fails == (found != "nothing")
    assert told.remedy.run.finite
    assert "it does not help" not in outcome(told.remedy)


def test_every_finding_but_one_has_a_case():
    assert set(FINDINGS) - set(CASES) == {"another formula loses a row"}


def test_nothing_is_called_fine_that_a_formula_loses():
    it = report([SOUND], [2])
    lost = replace(it.fates["log1p_nll"], gradient=np.array([False]))
    told = diagnosis(replace(it, fates={**it.fates, "log1p_nll": lost}))
    assert (told.found, told.row) == ("another formula loses a row", 0)
    assert told.sentence.startswith("log1p form loses")


@pytest.mark.parametrize("found", [name for name in CASES if name not in ("logit overflows", "probabilities")])
def test_the_code_that_is_shown_is_what_ran(found):
    logits, targets, dtype, _ = CASES[found]
    it = report(logits, targets, dtype)
    told = diagnosis(it)
    names = {"torch": torch, "F": F, "logits": it.logits, "targets": it.targets}
    exec(told.remedy.after, names)  # noqa: S102 - our own constant lines
    assert names["loss"].item() == told.remedy.run.loss


@pytest.mark.parametrize("found", [name for name in CASES if "log" in name and "loses" in name])
def test_the_code_it_replaces_is_what_failed(found):
    logits, targets, dtype, _ = CASES[found]
    it = report(logits, targets, dtype)
    x = it.logits.requires_grad_()
    names = {"torch": torch, "logits": x, "targets": it.targets}
    exec(diagnosis(it).remedy.before, names)  # noqa: S102 - our own constant lines
    names["loss"].backward()
    assert not (names["loss"].isfinite() and x.grad.isfinite().all())


# What else may be wrong with a batch beside the row that arrives broken: row 2's logits, its target.
BESIDE = {
    "nothing": (SOUND, 0),
    "a row that softmax loses": ([0, 106, 0], 2),
    "a row that softmax by hand loses": ([89, 0, 0], 0),
    "a row that loses its gradient": ([0, 1, -104.5], 1),
    "a target that is no class": (SOUND, 3),
    "a target that is somebody's sign for ignore": (SOUND, -1),
    "an ignored row": (SOUND, -100),
    "an ignored row of nan": ([NAN] * 3, -100),
    "a masked row": ([-INF] * 3, 0),
    "a masked target": ([0, -INF, 1], 1),
    "a logit beyond the dtype": ([1e39, 0, 0], 1),
}


@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("target", [0, 1, 7, -1])
@pytest.mark.parametrize(("broken", "found"), [(NAN, "nan among the logits"), (INF, "inf among the logits")])
def test_a_row_that_no_formula_survives_is_the_headline_whatever_else_is_wrong(beside, target, broken, found):
    logits, targets = [SOUND] * 5 + [[0.0, broken, 1.0]] + [SOUND] * 2, [0] * 8
    logits[2], targets[2] = BESIDE[beside]
    targets[5] = target
    it = report(logits, targets)
    told = diagnosis(it)
    assert (told.found, told.row) == (found, 5)
    assert told.sentence.startswith(f"Row 5 arrives with {found[:3]} among its logits")
    assert told.remedy.run.finite or beside == "a logit beyond the dtype"  # whose layer, not the loss, must be mended
    assert 5 in it.troubles[found]


def test_nan_goes_before_inf_and_a_row_with_both_is_nan():
    told = diagnosis(report([SOUND, [INF, 0, 1], [0, NAN, INF]], [0, 0, 0]))
    assert (told.found, told.row) == ("nan among the logits", 2)


def test_an_ignored_row_of_nan_is_named():
    told = diagnosis(report([[1, 2, 89], SOUND, [0, NAN, 1], [INF, 0, 0]], [1, 0, -100, -100]))
    assert (told.found, told.row) == ("ignored rows spoil the gradient", 2)
    assert "(2 of 4 rows are like it)" in told.sentence


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_row_that_makes_the_mean_nan_goes_before_those_that_make_it_inf(dtype):
    """Row 2 is lost by softmax and its log too, row 3 by hand alone: to inf both. Row 5's own exp overflows: nan."""
    high, low = limits(dtype).first_inf_exp, limits(dtype).last_nonzero_exp
    logits, targets = [[0.5, -1.0, 2.0] for _ in range(8)], [0] * 8
    logits[2], logits[3], logits[5] = [2 * low, 1, 0], [low * 1.1, 0, 0], [high, 1, 0]
    it = report(logits, targets, dtype)
    told = diagnosis(it)
    assert (told.found, told.row) == ("log of softmax loses a row", 5)
    assert "loses 3 of 8 rows" in told.sentence
    assert "the mean to row 5, whose loss is nan: exp overflows" in told.sentence
    assert told.why.startswith("exp(")
    said = " ".join(notes(it, told))
    assert "logits.softmax(-1).log() loses 2 rows, row 2 first: quotient underflows." in said


def test_a_logit_of_another_class_beyond_the_dtype_loses_no_loss():
    """Masked by a constant that half precision does not hold: the class has no share, and F.cross_entropy is right."""
    it = report([[1.0, -1e10, 0.5], SOUND], [0, 1], "float16")
    told = diagnosis(it)
    assert len(it.troubles["logit overflows"]) == 0
    assert (told.found, told.row) == ("softmax, then log loses a gradient", 0)
    assert failures(it, "torch_cross_entropy") == failures(it, "log_of_softmax") == {}
    assert "1 row with at least one class at -inf" in " ".join(notes(it, told))
    assert known(it) == 1
    lost = report([[-1e10, 1.0, -1e11], SOUND], [2, 1], "float16")
    assert diagnosis(lost).sentence.startswith("Row 0 holds the logit -1e+11, beyond the largest float16")


def test_all_that_is_wrong_is_kept_out_at_once():
    logits = [SOUND, [0, NAN, 1], [-INF] * 3, [INF, 0, 0], [0, -INF, 1], SOUND, SOUND]
    told = diagnosis(report(logits, [0, 0, 0, 0, 1, 9, -100]))
    assert told.found == "nan among the logits"
    assert told.remedy.left_out == 5
    assert told.remedy.run.loss == pytest.approx(F.cross_entropy(torch.tensor([SOUND]), torch.tensor([0])).item())
    assert told.remedy.after.count(" & ") == 5  # five conditions, one of them of two parts
    assert "without 5 rows" in outcome(told.remedy)


def test_a_bad_target_does_not_hide_what_the_formulas_lose_on_other_rows():
    it = report([SOUND, [1, 2, 89], [0, 106, 0]], [9, 2, 2])
    told = diagnosis(it)
    assert told.found == "target is no class"
    said = [note for note in notes(it, told) if note.startswith("Besides, ")]
    assert said == [
        "Besides, logits.softmax(-1).log() loses 1 row, row 2 first: quotient underflows.",
        "Besides, log of softmax (naive) loses 2 rows, row 1 first: exp overflows.",
    ]


def test_minus_one_for_ignore_gets_an_ignore_index():
    told = diagnosis(report([SOUND, SOUND], [0, -1]))
    assert told.remedy.after == "loss = F.cross_entropy(logits, targets, ignore_index=-1)"
    assert told.remedy.run.finite
    assert diagnosis(report([SOUND, SOUND], [0, -1], ignore_index=-1)).found == "nothing"


def test_what_does_not_help_is_said_not_to():
    told = diagnosis(report([[0, NAN, 1]], [0]))
    assert not told.remedy.run.finite
    assert "it does not help: the loss is nan" in outcome(told.remedy)
    shares = diagnosis(report([[1.0, 0.0], [0.0, 1.0]], [1, 1]))
    assert shares.found == "probabilities"
    assert "it does not help: the loss is inf" in outcome(shares.remedy)


def test_a_loss_that_fits_is_told_from_one_that_does_not():
    assert "the largest float16 is 65504." in diagnosis(report([[60_000, -60_000]], [1], "float16")).why
    many = measured(torch.zeros(1, 65_536), torch.tensor([0]), "float16")
    assert "The loss would fit, but the sum of 65,536 exps" in diagnosis(many).why


def test_a_mask_is_not_taken_for_an_overflow():
    it = report([[90, 1, -INF], [0, 1, -INF]], [0, 0])
    assert {cause: rows.tolist() for cause, rows in failures(it, "log_of_softmax").items()} == {"exp overflows": [0]}
    assert hidden(it, "log_of_softmax").tolist() == [1]
    assert failures(it, "torch_cross_entropy") == {}
    told = diagnosis(it)
    assert "exp(90) is beyond the largest float32" in told.why


def test_the_float64_of_a_file_is_rounded_once():
    value = 1 + 2**-11 + 2**-40  # above the tie of float16; by way of float32 it would be the tie, and round down
    assert report([[value, 0]], [0], "float16").logits[0, 0] == 1 + 2**-10


def test_zeros_and_notes():
    it = report([[50, 0, 0], SOUND, [0, -INF, 3], [0, 0, 0]], [0, 2, 2, -100])
    told = diagnosis(it)
    assert zeros(it, "torch_cross_entropy") == 1
    said = " ".join(notes(it, told))
    for part in ("1 row ignored: the target is -100", "1 row with at least one class at -inf", "1 of 3 losses (33%)"):
        assert part in said
    logs = report([SOUND, SOUND], [0, 1])
    logs = measured(logs.source.log_softmax(-1), logs.targets, "float32")
    assert "Like log-probabilities: 2 rows." in " ".join(notes(logs, diagnosis(logs)))


def test_the_worst_rows_come_first():
    it = report([SOUND, [0, 1, -104.5], [1, 2, 89], [0, NAN, 1], [5, 1, 0], SOUND], [0, 1, 2, 0, 0, -100])
    assert worst(it, 10).tolist() == [3, 2, 1, 4, 0]
    assert worst(it, 2).tolist() == [3, 2]


def test_headroom_counts_rows_of_finite_logits():
    it = report([[1, 2, 89], SOUND, [0, -INF, 3]], [2, 0, 0])
    assert known(it) == 2
    lost = lost_by_factor(it)
    assert all(len(counts) == len(FACTORS) and (np.diff(counts) >= 0).all() for counts in lost.values())
    assert lost["log of softmax"][FACTORS.index(1.0)] == 1
    assert lost["F.cross_entropy"][FACTORS.index(1.0)] == 0
    assert "log of softmax: 1 lost already" in of_headroom(it)


def test_a_class_that_becomes_minus_inf_takes_no_headroom():
    it = report([[0, -30_000], [5, -20_000]], [0, 0], "float16")
    first, second = it.headroom["F.cross_entropy"]
    assert first == INF
    assert second == pytest.approx(65_520 / 5)
    assert "F.cross_entropy: the first is lost at ×1.31e+04, half by ×1.31e+04" in of_headroom(it)
    for factor in (2.184, 100, 13_000):
        x = scaled(it.logits, factor, "float16")
        assert F.cross_entropy(x, it.targets, reduction="none").isfinite().all()


def test_rows_that_are_never_lost_have_no_scale():
    assert "F.cross_entropy: none is ever lost" in of_headroom(report([[0, -1], [0, -2]], [0, 0]))
    said = of_headroom(report([[0, -1], [0, -2], [1, 0]], [0, 0, 0]))
    assert re.search(r"F.cross_entropy: the first is lost at ×\S+, most never", said)


@pytest.mark.parametrize("dtype", DTYPES)
def test_what_is_lost_already_is_what_torch_loses(dtype):
    """Rows within a hair of the ends: there the closed form may be off, but at ×1 torch has been asked."""
    end, eps = ends(dtype), torch.finfo(torch_dtype(dtype)).eps
    near = [end.top * (1 + k * eps) for k in range(-3, 4)] + [end.bottom * (1 + k * eps) for k in range(-3, 4)]
    rows = [[value, other, 0.0] for value in near for other in (*near, -1.0)]
    it = report(rows, [0] * len(rows), dtype)
    for name, lost in (
        ("log of softmax", it.fates["log_of_softmax"].failed),
        ("its gradient", ~it.fates["log_of_softmax"].gradient),
        ("F.cross_entropy", it.fates["torch_cross_entropy"].failed),
    ):
        assert ((it.headroom[name] <= 1) == lost).all()


def test_blocks_of_rows_change_nothing(monkeypatch):
    from core.diagnosis import report as module

    logits = torch.randn(50, 7, generator=torch.Generator().manual_seed(0)) * 40
    targets = torch.arange(50) % 7
    whole = measured(logits, targets, "float16")
    monkeypatch.setattr(module, "_AT_ONCE", 20)
    parts = measured(logits, targets, "float16")
    for name in NAMES:
        for field in ("nll", "causes", "gradient"):
            assert np.array_equal(
                getattr(whole.fates[name], field), getattr(parts.fates[name], field), equal_nan=field == "nll"
            )
    for name, factors in whole.headroom.items():
        assert np.allclose(factors, parts.headroom[name], rtol=1e-9, equal_nan=True)


def test_what_is_no_batch_is_refused():
    with pytest.raises(BatchError, match="must be \\(rows, classes\\)"):
        measured(torch.zeros(3), torch.zeros(3), "float32")
    with pytest.raises(ValueError, match="choose one of"):
        measured(torch.zeros(1, 3), torch.zeros(1), "float8")  # type: ignore[arg-type]


NUMBERS = st.sampled_from([0.0, 1.0, -1.0, 3.5, 12.0, -18.0, 90.0, -105.0, 7e4, 1e39, -1e300, INF, -INF, NAN, 0.5])


@given(st.data(), st.integers(0, 4), st.integers(1, 4), st.sampled_from(DTYPES))
def test_any_batch_gets_a_diagnosis_and_a_remedy_that_ran(data, rows, classes, dtype):
    logits = [[data.draw(NUMBERS) for _ in range(classes)] for _ in range(rows)]
    targets = [data.draw(st.sampled_from([0, 0, 0, classes - 1, -1, -100, 99])) for _ in range(rows)]
    it = measured(torch.tensor(logits, dtype=torch.float64).view(rows, classes), torch.tensor(targets), dtype)
    told = diagnosis(it)
    assert told.sentence
    assert diff(told.remedy).startswith("- ")
    assert isinstance(notes(it, told), tuple)
    assert len(worst(it, 8)) <= rows
    assert set(it.troubles) == set(TROUBLES)
    if not told.fails:
        assert all(len(hidden(it, name)) == 0 and not failures(it, name) for name in NAMES)
        assert told.remedy.run.finite
