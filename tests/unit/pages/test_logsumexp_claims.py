"""What is said of a row and a shift is true at every shift of the slider, in every dtype."""

import re
from itertools import product

import numpy as np
import pytest
import torch

from core.dtypes import DTYPES, limits, torch_dtype
from core.losses import shifted_logsumexp
from pages.parts.claims.logsumexp import shifted_by, where_it_works

ROWS = ((1.0, 2.0, 89.0), (0.0, 0.0, 0.0), (-5.0, 3.0, 2.5), (200.0, 100.0, -300.0), (-0.25, -0.5, -60_000.0))


def shifts(x, dtype):
    reach = 1.25 * max(limits(dtype).last_finite_exp, -limits(dtype).last_nonzero_exp)
    return np.linspace(x.max().item() - reach, x.max().item() + reach, 201)


@pytest.mark.parametrize(("dtype", "row"), list(product(DTYPES, ROWS)))
def test_the_verdict_on_a_shift_is_true(dtype, row):
    x = torch.tensor(row, dtype=torch_dtype(dtype))
    eps, smallest = torch.finfo(x.dtype).eps, torch.finfo(x.dtype).smallest_normal
    right = x.double().logsumexp(-1).item()
    for a in shifts(x, dtype).tolist():
        said = shifted_by(x, a, dtype)
        e = (x - torch.tensor(a, dtype=x.dtype)).exp()
        result = shifted_logsumexp(x, a).item()
        said_a, said_result = re.search(r"With a = (\S+): \*\*(\S+)\*\*", said).groups()
        assert torch.tensor(float(said_a), dtype=x.dtype) == torch.tensor(a, dtype=x.dtype)
        assert float(said_result) == pytest.approx(result, rel=eps)
        zeros = int((e == 0).sum())
        if "too small:" in said:
            assert e.sum().isinf()
            assert result == torch.inf
        elif "too large:" in said:
            assert zeros == len(e)
            assert result == -torch.inf
        elif "near its upper end" in said:
            assert (e < smallest).all()
            assert abs(result - right) > eps * abs(right)
        else:
            assert e.sum().isfinite()
            assert abs(result - right) <= 4 * eps * max(abs(a), abs(right), 1)
        if zeros and "of the exps" in said:
            assert f"{zeros} of the exps {'is' if zeros == 1 else 'are'} 0" in said
        assert ("of the exps" in said) == ("Nothing overflows" in said and zeros > 0)


@pytest.mark.parametrize(("dtype", "row"), list(product(DTYPES, ROWS)))
def test_where_the_shift_works_is_counted(dtype, row):
    x = torch.tensor(row, dtype=torch_dtype(dtype))
    tried = shifts(x, dtype)
    results = np.array([shifted_logsumexp(x, a).item() for a in tried])
    best = torch.logsumexp(x, -1).item()
    said = where_it_works(tried, results, best)
    low, high, some, of, start, end = re.search(
        r"finite for a from (\S+) to (\S+), .* gives(?: for (\d+) of the (\d+) shifts)? from (\S+) to (\S+)\.$", said
    ).groups()
    written = np.array([float(f"{a:.4g}") for a in tried])
    assert (results[written < float(low)] == np.inf).all()
    assert (results[written > float(high)] == -np.inf).all()
    inside = np.isfinite(results[(written >= float(low)) & (written <= float(high))])
    assert inside.all()
    near = np.isclose(results, best, rtol=1e-3, atol=1e-5)[(written >= float(start)) & (written <= float(end))]
    assert (int(some), int(of)) == (near.sum(), len(near)) if some else near.all()
