"""Script and notebook print a view's numbers, to the last bit, where there is nothing but torch."""

import re

import numpy as np
import pytest
import torch

from core import sweep, training
from core.accuracy import accuracy_at, sample_of
from core.dtypes import scaled, shortest
from core.exports import document
from core.exports.sections import sections
from core.gradients import gradients
from core.losses import FORMULAS, torch_cross_entropy
from core.outcomes import CAUSES, causes
from core.prediction import predicted
from core.reference import AVAILABLE
from core.together import Together
from core.walk import WALKS, walk
from pages.parts.contents import READING_ORDER


@pytest.fixture(scope="module")
def printed(ran):
    """Page -> what its script printed, title of the section -> lines."""
    return {page: by_title(output) for (kind, page), output in ran.items() if kind == "script"}


def by_title(output: str) -> dict[str, list[str]]:
    blocks = [block.strip("\n").split("\n") for block in output.split("\n\n")]
    return {title.strip(): lines for title, *lines in blocks if title}


@pytest.fixture(scope="module")
def inside(subjects, logits, digits):
    """Page -> what the app computes there: logits at the scale, losses, frame."""

    def computed(it):
        x = scaled(logits[it.view.weights], it.view.scale, it.view.dtype)
        nll = sweep.losses(x, digits.targets)
        return x, nll, sweep.frame(nll, Together(x, digits.targets).facts, np.arange(sweep.STRIP_ROWS))

    return {page: computed(it) for page, it in subjects.items()}


def test_the_digits_losses_are_the_pages(page, subjects, printed):
    it = subjects[page]
    x = scaled(it.logits, it.view.scale, it.view.dtype)
    title = "Beside the truth" if page == "accuracy" else "Its loss by every formula"
    found = {line[:24].strip(): re.split("[, ]", line[24:])[0] for line in printed[page][title]}
    for formula in FORMULAS.values():
        loss = formula.per_sample(x[None], torch.tensor([it.target])).item()
        assert found[formula.label] == shortest(loss, it.view.dtype)


def test_means_failures_and_causes_over_all_digits_are_the_pages(page, inside, printed):
    _, _, frame = inside[page]
    same, *lines = printed[page]["All 50,000 digits"]
    assert same.endswith("differ by 0 at most.")
    assert len(lines) == len(FORMULAS)
    for line, formula, loss, of in zip(lines, FORMULAS.values(), frame.loss, frame.causes, strict=True):
        assert line.startswith(formula.label)
        mean, failed, *because = re.findall(r"loss (\S+), failed: (\d+)(.*)", line)[0]
        assert float(mean) == loss or (np.isnan(loss) and mean == "nan")
        assert int(failed) == of[1:].sum()
        told = {cause: int(n) for cause, n in re.findall(r"([a-z ]+): (\d+)", because[0])}
        assert {cause.strip(): n for cause, n in told.items()} == {
            cause: n for cause, n in zip(CAUSES[1:], of[1:], strict=True) if n
        }


def test_some_of_these_views_fail_with_inf_and_some_with_nan(inside):
    losses = np.concatenate([frame.loss for _, _, frame in inside.values()])
    assert np.isposinf(losses).any()
    assert np.isnan(losses).any()
    assert np.isfinite(losses).any()


@pytest.mark.parametrize("page", ["", "softmax", "logsumexp", "overflow"])
def test_the_steps_are_the_walk(page, subjects, printed):
    it = subjects[page]
    x = scaled(it.logits, it.view.scale, it.view.dtype)
    lines = iter(printed[page]["Step by step"])
    for name in WALKS:
        there = walk(name, x, it.target)
        assert next(lines).endswith(f"loss {shortest(there.nll.item(), it.view.dtype)}, what failed: {there.cause}")
        for step in there.steps:
            values = [shortest(value, it.view.dtype) for value in step.values.reshape(-1).tolist()]
            assert next(lines).split()[-len(values) :] == values


def test_the_loss_by_class_is_that_of_the_share_of_the_target(inside, digits, printed):
    x, _, _ = inside["nll"]
    losses = torch_cross_entropy(x, digits.targets).double()
    for label, line in enumerate(printed["nll"]["The loss by what the digit shows"]):
        own = losses[digits.targets == label]
        assert line == f"{label}: {len(own)} digits, mean loss {own.mean():.4f}, largest {own.max():.4g}"


def test_the_pairs_are_those_of_do_they_agree(inside, printed):
    _, nll, _ = inside["agreement"]
    near, off = sweep.near_pairs(nll), sweep.differences(nll)
    lines = printed["agreement"]["Every formula against every other"]
    assert [line.split()[:2] for line in lines] == [
        ["agree" if near[pair] else "differ", f"{off[pair]:.2g}"] for pair in near
    ]
    assert {line.split()[0] for line in lines} == {"agree", "differ"}
    assert printed["agreement"]["PyTorch's own mean"][0].split()[-1] == "inf"


def test_predicted_causes_stand_beside_measured_ones(inside, digits, printed):
    x, nll, _ = inside["overflow"]
    expected = []
    for name, per_row in nll.items():
        codes = predicted(x, digits.targets, name)[1], causes(name, x, digits.targets, per_row)
        told, seen = (torch.bincount(it, minlength=len(CAUSES)).tolist() for it in codes)
        expected += [(cause, str(a), str(b)) for cause, a, b in zip(CAUSES, told, seen, strict=True) if a or b]
    lines = "\n".join(printed["overflow"]["Causes, predicted and measured"])
    assert re.findall(r"^    (.+?) +predicted (\d+), measured (\d+)$", lines, re.MULTILINE) == expected
    assert len(expected) > len(nll)


def test_gradients_are_lost_as_the_lab_says(inside, digits, printed):
    x, nll, _ = inside["gradients"]
    for (name, per_row), line in zip(nll.items(), printed["gradients"]["Gradients lost, losses lost"], strict=True):
        lost = int((~gradients(name, x, digits.targets).isfinite().all(-1)).sum())
        assert re.findall(r"no gradient: (\d+), no loss: (\d+)", line) == [
            (f"{lost}", f"{(~per_row.isfinite()).sum()}")
        ]


@pytest.mark.skipif(not AVAILABLE, reason="python-flint is not installed")
def test_errors_in_ulps_are_those_against_certified_losses(subjects, logits, inside, digits, printed):
    view, rows = subjects["accuracy"].view, sample_of(len(digits))
    found = accuracy_at(logits["trained"][rows], digits.targets[rows], view.scale, view.dtype)
    for (name, errors), line in zip(
        found.errors.items(), printed["accuracy"]["Errors over every hundredth digit"], strict=True
    ):
        size = np.abs(errors[np.isfinite(errors)])
        zeros = int((inside["accuracy"][1][name] == 0).sum())
        assert line[24:] == (
            f"median {np.median(size):.3g}, largest {size.max():.3g}, not finite {(~np.isfinite(errors)).sum()}, "
            f"exactly 0: {zeros}"
        )


def test_a_training_run_ends_as_in_the_lab(digits, printed):
    *_, last = training.run(training.Setting("float32", 100.0, 0.005, 0), digits)
    lines = printed["training"]["Training until it breaks"]
    assert any("died" in line for line in lines)
    for progress, line in zip(last.formulas.values(), lines, strict=True):
        assert line.endswith(f"loss {progress.loss:.4g}, right {progress.accuracy:.1%}")
        assert ("died" in line) == (not progress.alive)


@pytest.mark.parametrize("page", ["nll", "softmax"])
def test_the_notebook_prints_what_the_script_prints(page, ran, printed):
    """All but the titles, which in a notebook stand above the cells."""
    assert ran["notebook", page].splitlines() == [line for lines in printed[page].values() for line in lines]


@pytest.mark.parametrize("page", ["nll", "training"])
def test_without_the_digits_the_rest_still_prints(page, ran, printed):
    found = by_title(ran["alone", page])
    assert "All 50,000 digits" not in found
    assert found["Its loss by every formula"] == printed[page]["Its loss by every formula"]


PAGES = tuple(chapter.url for chapter in READING_ORDER)
EXTREMES = (
    {"scale": 10_000.0, "dtype": "float16", "weights": "trained"},  # infinite logits
    {"scale": 10_000.0, "dtype": "bfloat16", "weights": "trained"},
    {"scale": 0.1, "dtype": "float16"},
    {"scale": 10_000.0, "dtype": "float64", "weights": "trained"},
)


def test_every_page_prints_at_every_extreme(subject, outside):
    """Without the digits: what is about one digit must not end in an exception."""
    chosen = [subject(page, **extreme) for page in PAGES for extreme in EXTREMES]
    for it, output in zip(chosen, outside([(document.script(it),) for it in chosen]), strict=True):
        assert len(by_title(output)) == len([section for section in sections(it.page) if not section.all_digits])
