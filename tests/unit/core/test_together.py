"""What formulas share, computed once: no bit of any loss may change for it."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.dtypes import DTYPES, limits, scaled, torch_dtype
from core.losses import FORMULAS
from core.outcomes import facts
from core.sweep import SCALES, losses
from core.together import Together


def same(a, b):
    """Equal to the last bit, nan where nan; the sign of a zero counts too."""
    return (
        torch.equal(a.isnan(), b.isnan())
        and torch.equal(torch.where(a.isnan(), 0, a).signbit(), torch.where(b.isnan(), 0, b).signbit())
        and bool(((a == b) | a.isnan()).all())
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("weights", ["untrained", "trained"])
def test_all_digits_have_the_losses_of_each_formula_alone(logits, digits, weights, dtype):
    for scale in SCALES[::17]:
        x = scaled(logits[weights], scale, dtype)
        together, alone = Together(x, digits.targets).losses(FORMULAS), losses(x, digits.targets)
        assert [name for name in FORMULAS if not same(together[name], alone[name])] == []


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_any_rows_have_the_losses_of_each_formula_alone(dtype, data):
    ends = limits(dtype)
    near = st.floats(-3, 3).flatmap(
        lambda off: st.sampled_from([0.0, ends.last_finite_exp, ends.last_nonzero_exp]).map(lambda end: end + off)
    )
    value = st.one_of(near, st.floats(), st.sampled_from([0.0, -0.0, torch.inf, -torch.inf, ends.last_nonzero_exp]))
    classes = data.draw(st.integers(1, 20))
    rows = data.draw(st.lists(st.lists(value, min_size=classes, max_size=classes), min_size=1, max_size=9))
    x = torch.tensor(rows, dtype=torch.float64).to(torch_dtype(dtype))
    targets = torch.tensor(data.draw(st.lists(st.integers(0, classes - 1), min_size=len(rows), max_size=len(rows))))
    together, alone = Together(x, targets).losses(FORMULAS), losses(x, targets)
    assert [name for name in FORMULAS if not same(together[name], alone[name])] == []
    for name in ("overflown", "largest", "total", "shifted_total", "target_exp"):
        assert same(getattr(Together(x, targets).facts, name).double(), getattr(facts(x, targets), name).double()), name
