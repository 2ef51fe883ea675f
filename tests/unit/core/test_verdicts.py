"""Which formula to trust: what each is known for."""

import pytest

from core.dtypes import DTYPES
from core.losses import FORMULAS
from core.verdicts import cases, failings, verdicts

pytest.importorskip("flint")


@pytest.mark.parametrize("dtype", DTYPES)
def test_only_the_log1p_form_is_right_on_every_row(dtype):
    judged = verdicts(dtype)
    assert len(judged) == len(cases(dtype))
    assert [name for name in FORMULAS if failings(judged, name) == (False, False)] == ["log1p_nll"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_who_overflows_and_who_lies(dtype):
    judged = verdicts(dtype)
    for formula in ("log_of_softmax", "unshifted_log_softmax"):
        assert failings(judged, formula) == (True, True)
    for formula in ("lse_log_softmax", "shifted_log_softmax", "torch_log_softmax", "torch_cross_entropy"):
        assert failings(judged, formula) == (False, True)


def test_ten_equal_logits_far_out_fool_logsumexp_and_not_the_shifted_form():
    far_out = next(it for it in verdicts("float32") if it.case.name == "ten equal logits far out")
    assert far_out.losses["lse_log_softmax"] == 0
    assert far_out.right["shifted_log_softmax"]
    assert far_out.case.words() == "[10 × 6.71089e+07], target 0"
