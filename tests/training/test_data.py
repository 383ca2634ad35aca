"""Drawn digits are the same for everybody and can be told apart; IDX files are read to the last byte."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from walkthrough.training.data.data_set import part_of
from walkthrough.training.data.drawn_digits import SIZE, drawn_digits
from walkthrough.training.data.idx_files import NAMES, find, read_idx, read_pair
from walkthrough.training.refusal import NoData

IMAGES = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
LABELS = np.array([7, 0, 1], dtype=np.uint8)


def idx(array: np.ndarray) -> bytes:
    """As the format's own page describes it."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def written(
    folder: Path, images: bytes = idx(IMAGES), labels: bytes = idx(LABELS), packed: bool = False
) -> Path:
    for name, content in zip(NAMES["train"], (images, labels), strict=True):
        path = folder / (f"{name}.gz" if packed else name)
        path.write_bytes(gzip.compress(content) if packed else content)
    return folder


# --- drawn digits ------------------------------------------------------------------------------------


def test_a_seed_draws_the_same_digits_for_everybody() -> None:
    one, other, another = drawn_digits(1, 8), drawn_digits(1, 8), drawn_digits(2, 8)
    assert (one[0] == other[0]).all()
    assert (one[0] != another[0]).any()
    assert one[0].shape == (8, 1, SIZE, SIZE)
    assert one[1].tolist() == [0, 1] * 4


def test_they_are_photographs_in_eight_bits() -> None:
    images, _ = drawn_digits(3, 40)
    assert 0 <= images.min() <= images.max() <= 1
    assert (np.round(images * 255) == images * 255).all()


def test_a_ring_is_empty_in_its_middle_and_a_stroke_is_not() -> None:
    images, classes = drawn_digits(5, 200)
    middle = images[:, 0, 6:10, 6:10].mean(axis=(1, 2))
    assert middle[classes == 0].mean() < 0.25
    assert middle[classes == 1].mean() > 0.35
    # no two are alike
    assert len({image.tobytes() for image in images}) == 200


# --- targets -----------------------------------------------------------------------------------------


def test_targets_are_one_hot_or_the_class_itself() -> None:
    images, classes = np.zeros((3, 1, 2, 2)), np.array([0, 1, 1])
    assert part_of(images, classes, 1, 2).targets.tolist() == [[0], [1], [1]]
    assert part_of(images, classes, 2, 2).targets.tolist() == [[1, 0], [0, 1], [0, 1]]
    with pytest.raises(NoData, match="one output can tell two classes apart, and there are 3"):
        part_of(images, classes, 1, 3)
    with pytest.raises(NoData, match="the network has 3 outputs, and there are 2 classes"):
        part_of(images, classes, 3, 2)


# --- IDX files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", [False, True])
def test_a_pair_is_read_to_the_last_byte(tmp_path: Path, packed: bool) -> None:
    images, labels = read_pair(written(tmp_path, packed=packed), "train")
    assert (images == IMAGES).all()
    assert (labels == LABELS).all()


def test_names_with_a_dot_are_found_as_well(tmp_path: Path) -> None:
    (tmp_path / "train-images.idx3-ubyte").write_bytes(idx(IMAGES))
    assert find(tmp_path, NAMES["train"][0]).name == "train-images.idx3-ubyte"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (idx(IMAGES)[:-1], "1 are missing at its end"),
        (idx(IMAGES) + b"\0\0", "2 are too many at its end"),
        (idx(IMAGES)[:10], "it is cut off"),
        (b"", "has 0 bytes"),
        (idx(LABELS) + bytes(20), "expected 00 00 08 03"),
        (b"\x00\x00\x0d\x03" + idx(IMAGES)[4:], "begins with 00 00 0d 03; expected 00 00 08 03"),
        (b"\x00\x00\x08\x03" + b"\xff" * 12, "more than is read"),
        (gzip.compress(idx(IMAGES))[:-9], "cannot be read"),
    ],
    ids=["too short", "too long", "no header", "empty", "labels", "numbers", "size", "gzip"],
)
def test_what_is_cut_off_or_corrupt_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "images"
    path.write_bytes(content)
    with pytest.raises(NoData) as caught:
        read_idx(path, 3)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_images_and_labels_go_together(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="3 images and 2 labels of the train part"):
        read_pair(written(tmp_path, labels=idx(LABELS[:2])), "train")


def test_what_is_not_there_is_named_with_where_it_is_had(tmp_path: Path) -> None:
    with pytest.raises(
        NoData, match=r"t10k-images-idx3-ubyte .* is not there; nothing is downloaded; .*https://"
    ):
        read_pair(written(tmp_path), "test")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(content=st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(content)
    try:
        found = read_idx(path, 1)
    except NoData:
        return
    assert idx(found) == content
