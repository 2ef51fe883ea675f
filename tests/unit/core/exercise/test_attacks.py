"""Whatever is handed in: one sentence comes back, nothing runs, and every value stays bounded."""

import ast
import builtins
import resource
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core import exercise
from core.exercise import CASES, CodeError, Refused
from core.exercise.allowed import ATTRIBUTES, BUILTINS, FUNCTIONS, METHODS
from core.exercise.source import parse
from tests.unit.core.exercise.attacks import ATTACKS, EXPRESSIONS, HEAD, STATEMENTS
from tests.unit.core.exercise.variants import RIGHT

ROOT = Path(__file__).parents[4]


def test_every_attack_is_refused_with_one_sentence_within_the_bounds():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for source in ATTACKS:
        with pytest.raises(Refused) as refused:
            exercise.check(source)
        sentence = str(refused.value)
        assert sentence.endswith("."), sentence
        assert "\n" not in sentence
        assert sentence.isascii()
        assert len(sentence) < 250, sentence
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB
    assert len(ATTACKS) > 500


def test_an_attack_is_refused_on_its_own_line():
    for expression in ("x.__class__", "9**9**9", "[i for i in x]", "x.ｅｘｐ()", "x.sum(*x)"):
        with pytest.raises(Refused) as refused:
            exercise.check(f"{HEAD}    m = x\n\n    return {expression}\n")
        assert refused.value.line == 4, expression


def test_nothing_is_executed(tmp_path):
    trace = tmp_path / "ran"
    for body in (f"open('{trace}', 'w')", f"__import__('pathlib').Path('{trace}').touch()"):
        for source in (
            f"{HEAD}    return {body}",
            f"{body}\n{HEAD}    return x",
            f"def logsumexp(x={body}):\n    return x",
        ):
            with pytest.raises(Refused):
                exercise.check(source)
    assert not trace.exists()


@pytest.mark.parametrize("owner", [torch, torch.Tensor], ids=["torch", "Tensor"])
def test_no_attribute_outside_the_tables_gets_past_the_source(owner):
    names = sorted(set(dir(owner)) - ATTRIBUTES)
    assert len(names) > 500
    for name in names:
        for written in (f"x.{name}", f"torch.{name}"):
            with pytest.raises(Refused, match=r"^Line 2: "):
                parse(f"{HEAD}    return {written}")


def test_no_builtin_outside_the_table_gets_past_the_source():
    for name in set(dir(builtins)) - set(BUILTINS) - {"None", "True", "False"}:
        with pytest.raises(Refused):
            parse(f"{HEAD}    return {name}(x)")


def test_the_tables_hold_nothing_that_works_in_place_or_leaves_torch():
    for name in METHODS | FUNCTIONS:
        assert not name.endswith("_")
        assert not name.startswith("_")
    for name in (
        "expand",
        "repeat",
        "zeros",
        "ones",
        "full",
        "numpy",
        "tolist",
        "data",
        "logsumexp",
        "softmax",
        "apply",
    ):
        assert name not in METHODS | FUNCTIONS


def test_what_is_written_in_comments_does_not_matter():
    source = "def logsumexp(x):  # größte Zahl zuerst: eval('1') 1if\n    return x.exp().sum(-1).log()  # ｅ\u200b\n"
    assert not exercise.check(source).passed


def test_the_parser_warns_nobody():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for expression in (r"'\q'", "1if x else 2", "0x1for x in y", "x is 1"):
            with pytest.raises(CodeError):
                exercise.evaluate(f"{HEAD}    return {expression}", torch.zeros(2, 3))


def test_torch_warns_nobody():
    """Found by fuzzing: a lost gradient and old signatures wrote torch's warnings, once a process, to the log."""
    returned = ("x.exp().sum(-1).log() + float(x.sum())", "torch.sub(x, 2, x)", "torch.add(x, 2, x)")
    checks = "; ".join(f"exercise.check({HEAD + '    return ' + it!r})" for it in returned)
    code = f"from core import exercise; {checks}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("    a = (1, 2)\n" + "    a = (a, a, a, a)\n" * 27 + "    b = a[0]\n    return x", "nested too deeply"),
        ("    a = (x, x)\n" + "    a = (a, a)\n" * 20 + "    return x if a == a else x", "nested too deeply"),
        ("    a = (1,)\n" + "    a = (a, 1)\n" * 20 + "    return x.exp(a)", "nested too deeply"),
        (f"    a = ({'1,' * 65})\n    return x", "at most 64 values"),
    ],
    ids=["doubled", "compared", "deep", "long"],
)
def test_a_tuple_cannot_grow_with_every_line(body, said):
    with pytest.raises(Refused, match=said):
        exercise.check(f"{HEAD}{body}")


def test_a_pair_in_a_tuple_is_no_bomb():
    source = f"{HEAD}    (m, i), s = x.max(-1), x.shape\n    return m + (x - m[..., None]).exp().sum(-1).log()"
    assert exercise.check(source).passed


PIECES = st.one_of(
    st.sampled_from(EXPRESSIONS),
    st.sampled_from(
        ["x", "m", "-1", "0", "None", "...", "1e8", "torch.inf", "True", "x.shape", "x.dtype", "2**31", "()"]
    ),
    st.sampled_from(sorted(METHODS)).flatmap(
        lambda name: st.sampled_from(["", "-1", "0, True", "x", "x, x", "dim=-1, keepdim=True", "1e30", "(0, 1)"]).map(
            lambda given: f"x.{name}({given})"
        )
    ),
    st.sampled_from(sorted(FUNCTIONS)).map(lambda name: f"torch.{name}(x, m)"),
)
GLUE = st.sampled_from(
    [" + ", " - ", " ** ", " / ", " < ", " == ", " & ", "[", "[..., ", "(", ", ", " if x.ndim else "]
)


@given(st.lists(st.tuples(PIECES, GLUE), min_size=1, max_size=5), st.lists(st.sampled_from(STATEMENTS), max_size=1))
@settings(max_examples=300)
def test_any_mixture_of_operations_gives_a_report_or_a_sentence(parts, statements):
    text = "".join(piece + glue for piece, glue in parts).rstrip(" +-*/<=&[(,.")
    text += "]" * text.count("[") + ")" * (text.count("(") - text.count(")"))
    lines = "".join(f"    {it}\n" for it in statements)
    answered(f"{HEAD}    m = x.amax(-1)\n{lines}    return {text}\n")


@given(st.sampled_from(sorted(RIGHT)), st.data())
@settings(max_examples=200)
def test_a_right_answer_with_some_characters_changed_gives_a_report_or_a_sentence(name, data):
    source = list(RIGHT[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(source) - 1))
        source[at] = data.draw(st.one_of(st.sampled_from(list("()[]:.,-+*/ \n\t'\"#=x0123m_\\@{}")), st.characters()))
    answered("".join(source))


@given(st.text(max_size=80))
def test_any_text_is_refused_or_checked(text):
    answered(text)
    answered(f"{HEAD}    return {text}")


def answered(source: str) -> None:
    """Nothing but the module's own error leaves, and nothing but a few hundred nodes is run."""
    try:
        report = exercise.check(source)
    except Refused:
        return
    assert [it.case for it in report.results] == list(CASES)
    assert sum(1 for _ in ast.walk(ast.parse(source))) < 1000
