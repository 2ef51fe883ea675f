"""What only the exported code uses: MNIST from a folder, the truth by Python's decimal."""

import gzip
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.data import FOLDER, IMAGES, LABELS
from core.dtypes import DTYPES, torch_dtype
from core.exports.outside import mnist, true_loss, ulps_off


def test_the_digits_are_those_of_the_app(digits):
    found = mnist(FOLDER)
    assert torch.equal(found.images, digits.images)
    assert torch.equal(found.targets, digits.targets)


def test_unpacked_files_will_do(tmp_path, digits):
    for file in (IMAGES, LABELS):
        (tmp_path / file.name.removesuffix(".gz")).write_bytes(gzip.decompress((FOLDER / file.name).read_bytes()))
    assert torch.equal(mnist(tmp_path).images, digits.images)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x1f\x8b\x08", gzip.compress(b"no digits", mtime=0)], ids=range(4)
)
def test_another_file_is_refused_by_name(tmp_path, content):
    (tmp_path / IMAGES.name).write_bytes(content)
    with pytest.raises(SystemExit, match=IMAGES.name):
        mnist(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SystemExit, match=r"train-images-idx3-ubyte\.gz cannot be read"):
        mnist(tmp_path / "nowhere")


@given(
    row=st.lists(st.one_of(st.floats(-30, 30), st.floats(-1e5, 1e5), st.floats(-1e-8, 1e-8)), min_size=1, max_size=12),
    data=st.data(),
)
def test_the_truth_lies_within_the_certified_bounds(row, data):
    flint = pytest.importorskip("flint")
    from core.reference import certified_nll

    target = data.draw(st.integers(0, len(row) - 1))
    exact, certified = true_loss(row, target), certified_nll(row, target, bits=150)
    with flint.ctx.workprec(400):
        off = abs(flint.arb(str(exact)) - certified)
        assert off <= abs(certified) * flint.arb("1e-40") + certified.rad()


@pytest.mark.parametrize("dtype", DTYPES)
@given(row=st.lists(st.floats(-60, 60), min_size=2, max_size=10), off=st.floats(-100, 100))
def test_ulps_are_counted_as_in_the_reference(dtype, row, off):
    pytest.importorskip("flint")
    from core.reference import certified_nll, ulp_errors

    x = torch.tensor(row, dtype=torch.float64).to(torch_dtype(dtype))
    loss = torch.tensor(off, dtype=torch.float64).to(torch_dtype(dtype)).item()
    expected = ulp_errors([loss], [certified_nll(x.tolist(), 0)], dtype)[0]
    assert ulps_off(loss, true_loss(x.tolist(), 0), dtype) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_lost_loss_is_infinitely_far_off():
    truth = true_loss([1.0, 2.0], 0)
    assert ulps_off(math.inf, truth, "float32") == math.inf
    assert math.isnan(ulps_off(math.nan, truth, "float32"))
