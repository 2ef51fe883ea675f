"""The closed form beside torch on the digits it is hardest for; on all of them `tests/truth` holds it."""

import numpy as np
import pytest
import torch

from core.critical import counts_by_cause, critical_gradient_scale, critical_scale, critical_scales, critical_steps
from core.dtypes import DTYPES, scaled
from core.losses import FORMULAS
from core.outcomes import CAUSES, causes
from core.prediction import predicted
from core.sweep import NEVER, SCALES
from tests.truth.closed_form import held

STEPS = range(0, NEVER, 10)


def hardest(logits, targets, dtype):
    """A thousand rows: by each formula those that stand nearest to an end at one of STEPS; and some of every kind."""
    steps = np.log(SCALES)[None, :: STEPS.step]
    chosen = set(range(0, len(targets), 250))
    for formula in FORMULAS:
        for scale in (critical_scale, critical_gradient_scale):
            at = np.log(scale(logits, targets, dtype, formula))
            chosen |= set(np.argsort(np.abs(at[:, None] - steps).min(1))[:150].tolist())
    return sorted(chosen)[:1_000]


@pytest.mark.parametrize("weights", ["untrained", "trained"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_torch_disagrees_with_the_closed_form_within_a_hair_of_an_end_alone(logits, digits, dtype, weights):
    rows = hardest(logits[weights], digits.targets, dtype)
    found = held(logits[weights][rows], digits.targets[rows], dtype, steps=STEPS)
    print(f"{found.rows:,} compared, {dict(found.apart)}, moved by {found.furthest:.3g} u")
    assert found.unexplained == []


@pytest.mark.parametrize("classes", [1, 2, 3, 1_000])
@pytest.mark.parametrize("dtype", DTYPES)
def test_rows_of_any_kind_are_lost_where_the_closed_form_says(dtype, classes):
    """As people bring them to be diagnosed: nearly flat, far below 0, masked by a large constant, many classes."""
    generator = torch.Generator().manual_seed(classes)
    rows = 20 if classes > 100 else 200
    for spread, shift in ((0.01, 0), (3, -10), (1, -1), (100, 0), (10_000, 0)):
        made = torch.randn(rows, classes, generator=generator, dtype=torch.float64) * spread + shift
        targets = torch.randint(classes, (rows,), generator=generator)
        found = held(scaled(made, 1.0, dtype).double(), targets, dtype, steps=range(0, NEVER, 25))
        assert found.unexplained == []


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_class_that_becomes_minus_inf_loses_no_digit(logits, digits, formula):
    """Trained logits times 10,000 are beyond float16 for nearly all digits, but for some only on the negative side."""
    z, targets = logits["trained"], digits.targets
    x = scaled(z, SCALES[-1], "float16")
    nll = FORMULAS[formula].per_sample(x, targets)
    assert (x.isinf().any(-1) & nll.isfinite()).any() == (formula not in ("log_of_softmax", "unshifted_log_softmax"))
    steps = critical_steps(critical_scales(z, targets, "float16", formula), z, targets, "float16", formula, SCALES)
    for codes in (causes(formula, x, targets, nll), predicted(x, targets, formula)[1]):
        assert counts_by_cause(steps, NEVER)[-1].tolist() == torch.bincount(codes, minlength=len(CAUSES)).tolist()
