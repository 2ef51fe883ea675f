"""What people bring is read, or refused with one sentence: never anything else."""

import io
import json
import struct
import zipfile

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.diagnosis import FORMATS, BatchError, File, checked, parse, read
from core.diagnosis.formats import tensors
from core.diagnosis.reading import MOST_BYTES, dtype_of

LOGITS = np.array([[1.5, -2.0, 89.0], [0.0, np.inf, np.nan]], np.float32)
TARGETS = np.array([2, -100])


def npy(values, **how) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, values, **how)
    return buffer.getvalue()


def npz(compressed=False, **arrays) -> bytes:
    buffer = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(buffer, **arrays)
    return buffer.getvalue()


def zipped(name: str, content: bytes, method=zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def npy_header(header: str, body: bytes = b"", version=1) -> bytes:
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H", len(header)) + header.encode("latin1") + body


def lying(**header) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text


def same(batch, logits=LOGITS, targets=TARGETS):
    assert np.array_equal(batch.logits.double().numpy(), logits.astype(np.float64), equal_nan=True)
    assert batch.targets.dtype == torch.int64
    assert np.array_equal(batch.targets.numpy(), targets)
    return batch


@pytest.mark.parametrize("dtype", ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"])
@pytest.mark.parametrize("targets", ["u1", ">i4", "<i8", "<f4"])
def test_two_npy_files(dtype, targets):
    found = read(File("a.npy", npy(LOGITS.astype(dtype))), File("b.NPY", npy(np.array([2, 7], targets))))
    same(found, targets=[2, 7])
    assert dtype_of(found, "a.npy") == {"2": "float16", "4": "float32", "8": "float64"}[dtype[-1]]


def test_an_array_in_columns_is_read_as_it_is():
    same(read(File("a.npy", npy(np.asfortranarray(LOGITS))), File("b.npy", npy(TARGETS))))


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("names", [("logits", "targets"), ("z", "labels"), ("x", "y")])
def test_npz_with_targets_inside(compressed, names):
    same(read(File("a.npz", npz(compressed, **dict(zip(names, (LOGITS, TARGETS), strict=True))))))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_safetensors_with_targets_inside(dtype):
    logits = torch.from_numpy(LOGITS).to(dtype)
    content = safetensors.torch.save({"logits": logits, "targets": torch.from_numpy(TARGETS)})
    found = same(read(File("a.safetensors", content)))
    assert found.logits.dtype == dtype


@pytest.mark.parametrize(
    "text",
    [
        "1.5,-2,89,2\n0,inf,nan,-100\n",
        "\ufeffa,b,c,target\r\n1.5,-2,89,2\r\n\r\n0,Infinity,NaN,-100",
        "1.5;-2;89;2\n0;inf;nan;-100",
        '"1.5"\t"-2"\t89\t2\n0\tinf\tnan\t-100',
        "[[1.5 -2. 89. 2.]\n [0. inf nan -100.]]",
        "[[1.5, -2, 89, 2],\n [0, inf, nan, -100]]",
    ],
)
def test_text_with_the_target_last(text):
    same(read(File("a.csv", text.encode())))
    same(parse(text.removeprefix("\ufeff")))


def test_csv_with_targets_in_a_file_of_their_own():
    logits, targets = b"1.5,-2,89\n0,inf,nan", b"2\n-100"
    same(read(File("a.csv", logits), File("b.csv", targets)))
    same(read(File("a.csv", logits), File("b.csv", b"target\n2\n-100")))
    same(read(File("a.csv", logits), File("b.csv", b"2,-100")))
    assert dtype_of(read(File("a.csv", logits), File("b.csv", targets)), "a.csv") is None


def test_an_empty_batch_is_one():
    for order in ("C", "F"):
        logits = np.zeros((0, 10), np.float16, order=order)
        assert read(File("a.npy", npy(logits)), File("b.npy", npy(np.zeros(0, int)))).logits.shape == (0, 10)
    empty = {"logits": torch.zeros(0, 10, dtype=torch.bfloat16), "targets": torch.zeros(0, dtype=torch.int64)}
    assert read(File("a.safetensors", safetensors.torch.save(empty))).logits.shape == (0, 10)


BOMB = zipped("logits.npy", npy(np.zeros((1_000, 4_000), np.float32)))
HUGE = "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000000000), }"
ENTRY = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pt", b"PK", "is none of .npy, .npz, .safetensors, .csv"),
        ("a", b"1", "is none of"),
        ("a.npy", b"", "is empty"),
        ("a.npy", b"0" * (MOST_BYTES + 1), "at most 1,048,576 are read"),
        ("a.npy", b"hello, world", "is no .npy file"),
        ("a.npy", npy(LOGITS)[:-1], "says it holds 24 bytes of numbers, but 23 are there"),
        ("a.npy", npy(LOGITS) + b"x", "says it holds 24 bytes of numbers, but 25 are there"),
        ("a.npy", npy(LOGITS)[:60], "damaged .npy header"),
        ("a.npy", npy_header(HUGE), "says it holds 4,000,000,000,000,000,000 bytes"),
        ("a.npy", npy_header(HUGE.replace("1000000000, ", "0, ") + " "), "says it holds 0 bytes|that is no batch"),
        ("a.npy", npy_header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 4)}"), "damaged"),
        ("a.npy", npy_header("{'descr': '<f4', 'fortran_order': 0, 'shape': (True, 4)}"), "damaged"),
        ("a.npy", npy_header("__import__('os')"), "damaged"),
        ("a.npy", npy_header("(" * 900), "damaged"),
        ("a.npy", npy_header("-" * 1000 + "1"), "damaged"),
        ("a.npy", npy_header(" " * 2000), "damaged"),
        ("a.npy", npy_header("{}", version=3), "version 3"),
        ("a.npy", npy(np.array([object()]), allow_pickle=True), "holds pickled objects"),
        ("a.npy", npy(np.zeros(2, [("a", "f4")])), "holds a structured array"),
        ("a.npy", npy(np.zeros((2, 2), bool)), "holds booleans"),
        ("a.npy", npy(np.zeros((2, 2), complex)), "holds complex numbers"),
        ("a.npy", npy(np.zeros((2, 2), np.longdouble)), "floats of a width that torch has not"),
        ("a.npy", npy(np.array([["1", "2"]])), "holds text"),
        ("a.npy", npy(LOGITS), "holds the logits alone: add the targets"),
        ("a.npz", b"PK\x03\x04", "is no whole .npz file"),
        ("a.npz", npz(logits=LOGITS, targets=TARGETS)[:-30], "is no whole .npz file"),
        ("a.npz", npz(logits=LOGITS), "holds no array called targets"),
        ("a.npz", npz(arr_0=LOGITS, arr_1=TARGETS), "targets, but arr_0, arr_1; name them"),
        ("a.npz", npz(logits=TARGETS, targets=LOGITS), "look swapped: the logits come first"),
        ("a.npz", npz(a=LOGITS, b=LOGITS, targets=TARGETS), "its others are: a, b"),
        ("a.npz", npz(targets=TARGETS), "its others are: none"),
        ("a.npz", npz(logits=np.arange(4).reshape(2, 2), targets=TARGETS), "must be floating point, not int64"),
        ("a.npz", npz(logits=LOGITS, targets=np.array([1.5, 0])), "target of row 0 is 1.5, not a whole number"),
        ("a.npz", npz(logits=LOGITS, targets=np.array([0, np.nan])), "target of row 1 is nan"),
        ("a.npz", npz(logits=LOGITS, targets=np.array([0, 1e30])), "beyond what an index can be"),
        ("a.npz", npz(logits=LOGITS, targets=np.array([0, 2**64 - 1], np.uint64)), "beyond int64"),
        ("a.npz", npz(logits=LOGITS, targets=np.eye(2, 3)), "look one-hot"),
        ("a.npz", npz(logits=LOGITS, targets=np.arange(3)), "2 rows of logits, but targets have the shape"),
        ("a.npz", npz(logits=LOGITS[0], targets=TARGETS), "not of shape \\(3,\\): one row is logits\\[None\\]"),
        ("a.npz", npz(logits=LOGITS[None], targets=TARGETS), "logits.reshape"),
        ("a.npz", npz(logits=np.zeros((1, 65_537), np.float16), targets=[0]), "65,537 classes; there must be 1 to"),
        ("a.npz", npz(logits=np.zeros((2, 0)), targets=TARGETS), "have 0 classes"),
        ("a.npz", npz(**{f"a{i}": TARGETS for i in range(101)}), "101 arrays; at most 100"),
        ("a.npz", BOMB, "more than 1,048,576 bytes once unpacked"),
        ("a.npz", zipped("../../etc/passwd.npy", npy(LOGITS)), "holds no array called targets"),
        ("a.npz", zipped("logits.npy", npy(LOGITS), zipfile.ZIP_LZMA), "compressed in another way"),
        ("a.safetensors", b"\x00" * 8, "is no whole .safetensors file"),
        ("a.safetensors", struct.pack("<Q", 2**63) + b"{}", "is no whole .safetensors file"),
        ("a.safetensors", lying(logits=ENTRY), "is no whole .safetensors file"),
        ("a.safetensors", lying(logits=ENTRY | {"shape": [2**40, 2**40]}) + bytes(16), "is no whole .safetensors"),
        ("a.safetensors", lying(logits=ENTRY | {"dtype": "BOOL", "shape": [16]}) + bytes(16), "holds BOOL"),
        ("a.csv", b"\xff\xfe\x00", "is not text"),
        ("a.csv", b"\n\n", "There is no row in a.csv"),
        ("a.csv", b"a,b\n", "There is no row in a.csv"),
        ("a.csv", b"1\n2\n", "one number a line"),
        ("a.csv", b"1,2\n1,2,3", "Line 2 of a.csv has 3 numbers, the lines before it 2"),
        ("a.csv", b"1,2\n1,,3", "Line 2 of a.csv has 3 numbers"),
        ("a.csv", b"1,2\n1,", "Line 2 of a.csv has an empty cell"),
        ("a.csv", b",0,1\n0,1,2", "Line 1 of a.csv has an empty cell"),
        ("a.csv", b"1,2\n1,<b>", "Line 2 of a.csv holds '<b>', which is not a number"),
        ("a.csv", b"1,2\n1,1_0", "'1_0', which is not a number"),
        ("a.csv", b"1,2\n1e999,0", "1e999, which no float64 can hold"),
        ("a.csv", b"1,2\n1,inf", "target of row 1 is inf"),
        ("a.csv", b"," * 1_000_000, "1,000,001 cells; there may be 65,536 classes and a target"),
        ("a.csv", b"1\x00,2", "which is not a number"),
    ],
)
def test_what_is_no_batch_gets_a_sentence(name, content, said):
    with pytest.raises(BatchError, match=said) as caught:
        read(File(name, content))
    assert len(str(caught.value)) < 250
    assert str(caught.value).isprintable()


def test_text_is_bounded():
    with pytest.raises(BatchError, match="at most 1,048,576 are read"):
        parse("1 " * MOST_BYTES)
    with pytest.raises(BatchError, match="holds more than 2 numbers"):
        tensors("a.csv", b"1\n2\n3", 5)


def test_a_bomb_is_not_unpacked():
    """16 MB in a few kilobytes: what is unpacked stays near the limit."""
    import tracemalloc

    tracemalloc.start()
    with pytest.raises(BatchError, match="once unpacked"):
        read(File("a.npz", BOMB))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MOST_BYTES


def test_tensors_from_a_notebook_are_checked_too():
    with pytest.raises(BatchError, match="not int64"):
        checked(torch.zeros(2, 2, dtype=torch.int64), torch.zeros(2, dtype=torch.int64))
    with pytest.raises(BatchError, match="not bool"):
        checked(torch.zeros(2, 2), torch.zeros(2, dtype=torch.bool))
    assert checked(torch.zeros(2, 2), torch.zeros(2, 1, dtype=torch.uint8)).targets.tolist() == [0, 0]


SEEDS = {
    "npy": npy(LOGITS),
    "npz": npz(True, logits=LOGITS, targets=TARGETS),
    "safetensors": safetensors.torch.save({"logits": torch.from_numpy(LOGITS), "targets": torch.from_numpy(TARGETS)}),
    "csv": b"a,b,c,target\n1.5,-2,89,2\n0,inf,nan,-100\n",
}


@st.composite
def damaged(draw):
    """A good file with some bytes changed, put in or taken away; or anything at all."""
    ending = draw(st.sampled_from(FORMATS))
    content = bytearray(draw(st.sampled_from([SEEDS[ending], b""])))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        content[start : start + draw(st.integers(0, 12))] = draw(st.binary(max_size=12))
    return f"a.{ending}", bytes(content)


@given(damaged(), st.sampled_from([None, *FORMATS]))
def test_any_bytes_are_read_or_refused(file, second):
    targets = File(f"b.{second}", SEEDS[second]) if second else None
    try:
        found = read(File(*file), targets)
    except BatchError:
        return
    assert found.logits.ndim == 2
    assert found.targets.shape == (len(found.logits),)


@given(st.text(st.sampled_from("0123456789.,;- \t\n[]einfa_\"'x\u2028"), max_size=200))
def test_any_text_is_read_or_refused(text):
    try:
        found = parse(text)
    except BatchError:
        return
    assert len(found.targets) == len(found.logits) > 0
