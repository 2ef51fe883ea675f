"""Every correct way to write it passes; every usual mistake fails, and is told why."""

import re

import pytest
import torch

from core import exercise, losses, reference
from core.exercise import CASES, cases
from core.exercise.errors import WentWrong
from tests.unit.core.exercise.variants import GUARDED, HEAD, RIGHT, WRONG

CORE = [case for case in CASES if not case.extra]


def failed(report):
    return {it.case.name: (it.came_out, it.because) for it in report.results if not it.passed}


@pytest.mark.parametrize("name", RIGHT | GUARDED)
def test_a_right_answer_passes(name):
    report = exercise.check((RIGHT | GUARDED)[name])
    assert report.passed, failed(report)
    assert report.guarded == (name in GUARDED), failed(report)
    assert [it.case for it in report.results] == list(CASES)


def test_there_are_many_right_answers():
    assert len(RIGHT) >= 20
    assert len({*RIGHT.values(), *GUARDED.values()}) == len(RIGHT) + len(GUARDED)


def test_the_functions_of_the_core_pass_as_they_fail_beyond_the_notebook():
    for case in CASES:
        wrong = cases.fault(case, case.answer(losses.logsumexp))
        assert (wrong is not None) == case.extra, wrong
        assert cases.fault(case, case.answer(lambda x: torch.logsumexp(x, -1))) is None


@pytest.mark.parametrize("name", WRONG)
def test_a_usual_mistake_fails_and_is_told_why(name):
    source, words = WRONG[name]
    report = exercise.check(source)
    assert not report.passed
    reasons = [because for _, because in failed(report).values() if because]
    assert any(words in because for because in reasons), failed(report)
    assert words in reasons[0], reasons  # at the first case it breaks


@pytest.mark.parametrize(
    ("body", "case", "came_out"),
    [
        ("return x.sum()", "Small logits", r"Shape \(\) for logits of shape \(4, 10\); right is \(4,\)"),
        ("return x.exp().sum(-1).log().double()", "Small logits", "float64 for logits in float32"),
        ("return 1.0", "Small logits", "returns a float, not a tensor"),
        ("return x.shape", "Small logits", "returns a tuple, not a tensor"),
        ("return None", "Small logits", "returns nothing"),
        ("m = x", "Small logits", "returns nothing"),
        ("return x.max(-1) - x", "Small logits", "take the first with"),
        ("return x - x.max(-1)[..., None]", "Small logits", "take the first with"),
        ("return x.exp", "Small logits", r"`exp` needs its parentheses: write \.exp\(\)"),
        ("return x.sum(7)", "Small logits", "Dimension out of range"),
        ("if x > 0:\n        return x\n    return x", "Small logits", "neither true nor false: use torch.where"),
        ("if x.ndim > 9:\n        m = x\n    return m", "Small logits", "`m` has no value here"),
        ("a, b = x.shape\n    return x.exp().sum(-1).log()", "Leading axes", "2 names are given 3 values"),
        ("a, b = x\n    return x", "Small logits", "2 names are given 1 value"),
        ("return x.detach().exp().sum(-1).log()", "The gradient", "No gradient reaches the logits"),
        ("return x.exp().sum(-1).log()", "Large logits", "Row 0 is inf, right is 1002.4076"),
    ],
)
def test_what_came_out_is_said(body, case, came_out):
    said = failed(exercise.check(f"{HEAD}    {body}\n"))[case][0]
    assert re.search(came_out, said), said


@pytest.mark.skipif(not reference.AVAILABLE, reason="python-flint is not installed")
@pytest.mark.parametrize("case", CORE, ids=lambda it: it.name)
def test_the_right_answers_are_certified_and_agree_with_torch_in_float64(case):
    x = case.logits()
    expected = {
        "values": x.double().logsumexp(-1),
        "gradient": x.double().softmax(-1),
        "input": x.double(),
    }[case.about]
    torch.testing.assert_close(case.truth(), expected, rtol=1e-14, atol=1e-14)


def test_without_the_reference_the_cases_are_the_same(monkeypatch):
    monkeypatch.setattr(cases, "AVAILABLE", False)
    cases._truth.cache_clear()
    try:
        assert exercise.check(next(iter(RIGHT.values()))).passed
    finally:
        cases._truth.cache_clear()


def test_a_case_makes_its_logits_anew():
    for case in CASES:
        x = case.logits()
        x.fill_(7)
        assert not torch.equal(case.logits(), x)


def test_four_gaps_are_allowed_and_not_five():
    case = CASES[0]
    eps = torch.finfo(torch.float32).eps
    right = case.truth()  # between 2 and 4, where the gap is 2 eps
    assert cases.fault(case, (right + 3 * 2 * eps).float()) is None
    assert cases.fault(case, (right + 6 * 2 * eps).float())


def test_an_answer_that_went_wrong_says_so():
    assert cases.fault(CASES[0], WentWrong("it fails", 3)) == "Line 3: it fails."


def test_evaluate_gives_what_the_function_returns_for_any_size():
    x = torch.linspace(-300, 300, 50_000).reshape(5_000, 10)
    torch.testing.assert_close(exercise.evaluate(RIGHT["amax"], x), losses.logsumexp(x))
