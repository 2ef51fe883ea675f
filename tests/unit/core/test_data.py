"""The digits come from the original files; anything else is refused by name, with the remedy."""

import gzip
import shutil
import struct

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core import data
from core.data import FOLDER, IMAGES, LABELS, DataFileError

PACKED = (FOLDER / LABELS.name).read_bytes()
UNPACKED = gzip.decompress(PACKED)
HEADER = 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("mnist")


def labels_from(folder, content):
    """What `read_idx` makes of a labels file with this content."""
    (folder / LABELS.name).write_bytes(content)
    return data.read_idx(folder, LABELS)


def with_byte(content, place, value):
    return content[:place] + bytes([value]) + content[place + 1 :]


def test_the_notebooks_split_is_50000_and_10000_rows_of_784(mnist):
    train, valid = mnist
    assert (len(train), len(valid)) == (50_000, 10_000)
    assert train.images.shape == (50_000, 784)
    assert valid.images.shape == (10_000, 784)
    assert train.targets[:3].tolist() == [5, 0, 4]


def test_both_halves_follow_each_other_in_the_order_of_the_file(mnist):
    in_file = torch.from_numpy(np.frombuffer(UNPACKED, np.uint8, offset=HEADER).astype(np.int64))
    assert torch.equal(torch.cat([part.targets for part in mnist]), in_file)


def test_images_are_bytes_and_targets_are_classes(mnist):
    for part in mnist:
        assert part.images.dtype == torch.uint8
        assert part.targets.dtype == torch.int64
        assert part.targets.unique().tolist() == list(range(data.CLASSES))


def test_pixels_are_float32_and_the_files_bytes_over_256(digits):
    pixels = digits.pixels(slice(7, 9))
    assert pixels.dtype == torch.float32
    assert (pixels.numpy() == digits.images[7:9].numpy().astype(np.float32) / np.float32(256)).all()
    assert digits.pixels(slice(0, 100)).max() == 255 / 256


def test_rows_of_pixels_are_rows_of_the_images_file():
    in_file = np.frombuffer(gzip.decompress((FOLDER / IMAGES.name).read_bytes()), np.uint8, offset=16)
    assert (data.read_idx(FOLDER, IMAGES).reshape(-1) == in_file).all()


def test_what_was_read_can_be_written_to_without_harm_to_the_next_reader():
    first = data.read_idx(FOLDER, LABELS)
    first[:] = 0
    assert data.read_idx(FOLDER, LABELS)[:3].tolist() == [5, 0, 4]


REFUSED = {
    "flipped byte": (with_byte(PACKED, 9000, PACKED[9000] ^ 0xFF), "cannot be read|cut short or damaged"),
    "flipped byte in the checksum of gzip": (with_byte(PACKED, len(PACKED) - 6, PACKED[-6] ^ 1), "cannot be read"),
    "cut in half": (PACKED[: len(PACKED) // 2], "is cut short or damaged"),
    "cut in its last byte": (PACKED[:-1], "is cut short or damaged"),
    "not gzip": (UNPACKED, "cannot be read"),
    "empty": (b"", "holds 0 bytes, fewer than its header of 8"),
    "header cut short": (gzip.compress(UNPACKED[:5]), "holds 5 bytes, fewer than its header of 8"),
    "images where labels belong": (gzip.compress(struct.pack(">I", 0x0803) + UNPACKED[4:]), "has magic 0x0803"),
    "wrong shape": (gzip.compress(struct.pack(">2I", 0x0801, 59_999) + UNPACKED[8:-1]), r"shape \(59999,\)"),
    "one label missing": (gzip.compress(UNPACKED[:-1]), "differs from the original"),
    "one label more": (gzip.compress(UNPACKED + b"\0"), "differs from the original"),
    "one label changed": (gzip.compress(with_byte(UNPACKED, HEADER, 3)), "differs from the original"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_not_the_original_is_refused_with_the_reason(name, tmp_path):
    content, reason = REFUSED[name]
    with pytest.raises(DataFileError, match=reason) as refused:
        labels_from(tmp_path, content)
    assert str(tmp_path / LABELS.name) in str(refused.value)
    assert f"git checkout -- core/mnist/{LABELS.name}" in str(refused.value)


def test_a_missing_images_file_is_named(tmp_path):
    with pytest.raises(DataFileError, match=f"{IMAGES.name} is missing.*git checkout -- core/mnist/{IMAGES.name}"):
        data.load(tmp_path)


def test_a_missing_labels_file_is_named_though_the_images_are_there(tmp_path):
    shutil.copy(FOLDER / IMAGES.name, tmp_path)
    with pytest.raises(DataFileError, match=f"{LABELS.name} is missing.*git checkout -- core/mnist/{LABELS.name}"):
        data.load(tmp_path)


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path):
    (tmp_path / LABELS.name).mkdir()
    with pytest.raises(DataFileError, match=f"{LABELS.name} cannot be read"):
        data.read_idx(tmp_path, LABELS)


@given(place=st.integers(0, len(PACKED) - 1), bit=st.integers(0, 7))
def test_one_flipped_bit_never_gives_other_labels(folder, place, bit):
    try:
        labels = labels_from(folder, with_byte(PACKED, place, PACKED[place] ^ (1 << bit)))
    except DataFileError:
        return
    assert labels.tobytes() == UNPACKED[HEADER:], "only the name and the date in gzip's header may change unseen"


@given(length=st.integers(0, len(PACKED) - 1))
def test_a_file_cut_anywhere_is_refused(folder, length):
    with pytest.raises(DataFileError):
        labels_from(folder, PACKED[:length])
