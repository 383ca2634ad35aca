"""Data from every source that a case may name, and what is said when they do not fit."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from walkthrough.case import Case, CaseError, read_case
from walkthrough.case.training import DataFile, DrawnDigits, MnistFolder, Training
from walkthrough.training.data.batches import Batches
from walkthrough.training.data.sources import data_of
from walkthrough.training.refusal import NoData


def case_of(data: str, outputs: int = 2, inputs: int = 784, loss: str = "cross_entropy") -> Case:
    return read_case(
        f"""learning_rate = 1
[[layers]]
type = "dense"
weight = {{ random = "normal", shape = [{outputs}, {inputs}], seed = 1 }}
[[layers]]
type = "{"softmax" if outputs > 1 else "sigmoid"}"
[loss]
type = "{loss}"
[training]
{data}
"""
    )


# --- the table ---------------------------------------------------------------------------------------


def test_the_table_is_read_with_its_presets() -> None:
    bare = case_of('data = "drawn-digits"').training
    assert bare == Training(epochs=20, batch_size=8, seed=1, shuffle=True, data=DrawnDigits())
    full = case_of('epochs = 3\nbatch_size = "4"\nseed = 0\nshuffle = false\ndata = "drawn-digits"')
    assert full.training == Training(3, 4, 0, False, DrawnDigits())
    assert case_of('data = { mnist = "here" }').training.data == MnistFolder("here", tuple(range(10)))  # type: ignore[union-attr]
    assert case_of('data = { file = "x.csv" }').training.data == DataFile("x.csv")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("epochs = 0", r"training.epochs: found the number 0; expected a whole number from 1"),
        ("batch_size = -1", "training.batch_size: found the number -1"),
        ("shuffle = 1", "training.shuffle: found the number 1; expected true or false"),
        ('data = "drawn digits"', 'did you mean "drawn-digits"'),
        ("data = 3", "expected .drawn-digits., .* mnist"),
        ('data = { mist = "x" }', 'did you mean "mnist"'),
        ("data = { mnist = 3 }", "expected the name of a folder"),
        ('data = { mnist = "x", digits = [1] }', "at least two digits"),
        ('data = { mnist = "x", digits = [1, 1] }', "names a digit twice"),
        ('data = { mnist = "x", digits = [1, 10] }', "from 0 to 9"),
        ('data = { file = "x.txt" }', "expected a .npz with arrays x and y, or a .csv"),
        ("data = []", r"is empty; expected a table for each sample, headed \[\[training.data\]\]"),
        ('data = [{ input = "1 2" }]', "target: is missing"),
    ],
)
def test_mistakes_in_the_table_are_answered(data: str, said: str) -> None:
    with pytest.raises(CaseError, match=said):
        case_of(data, inputs=2)


# --- batches -----------------------------------------------------------------------------------------


def test_every_sample_is_seen_once_in_an_epoch() -> None:
    batches = Batches(Training(batch_size=5, seed=9), 23)
    assert batches.in_an_epoch == 5
    for epoch in (1, 2):
        steps = range((epoch - 1) * 5 + 1, epoch * 5 + 1)
        assert [batches.epoch_of(step) for step in steps] == [epoch] * 5
        several = [batches.of(step).tolist() for step in steps]
        assert [len(each) for each in several] == [5, 5, 5, 5, 3]
        assert sorted(sample for each in several for sample in each) == list(range(23))
    assert batches.of(1).tolist() != batches.of(6).tolist()
    assert Batches(Training(batch_size=5, seed=9), 23).of(7).tolist() == batches.of(7).tolist()


def test_without_shuffling_they_come_as_they_stand() -> None:
    batches = Batches(Training(batch_size=100, shuffle=False), 3)
    assert batches.of(1).tolist() == batches.of(4).tolist() == [0, 1, 2]


# --- MNIST -------------------------------------------------------------------------------------------


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def mnist(folder: Path) -> np.ndarray:
    """Six images to learn from and two to be tested on, the one pair gzipped."""
    images = np.random.default_rng(1).integers(0, 256, (8, 28, 28), dtype=np.uint8)
    labels = np.array([7, 0, 1, 0, 3, 1, 1, 0], dtype=np.uint8)
    (folder / "train-images-idx3-ubyte").write_bytes(idx(images[:6]))
    (folder / "train-labels-idx1-ubyte").write_bytes(idx(labels[:6]))
    (folder / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images[6:])))
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(labels[6:])))
    return images


def test_mnist_is_filtered_scaled_and_one_hot_in_the_order_of_the_digits(tmp_path: Path) -> None:
    images = mnist(tmp_path)
    data = data_of(case_of('data = { mnist = ".", digits = [1, 0], limit = 3 }'), tmp_path)
    assert data.names == ("1", "0")
    # the first three that are 0 or 1 are the second, third and fourth
    assert data.train.x.shape == (3, 1, 28, 28)
    assert (data.train.x[:, 0] * 255 == images[1:4]).all()
    assert data.train.targets.tolist() == [[0, 1], [1, 0], [0, 1]]
    assert data.test is not None
    assert data.test.targets.tolist() == [[1, 0], [0, 1]]


def test_one_output_tells_two_digits_apart(tmp_path: Path) -> None:
    mnist(tmp_path)
    data = data_of(
        case_of('data = { mnist = ".", digits = [0, 1] }', 1, 784, "binary_cross_entropy"), tmp_path
    )
    assert data.train.targets.tolist() == [[0], [1], [0], [1]]
    with pytest.raises(NoData, match="the network has 2 outputs, and there are 10 classes"):
        data_of(case_of('data = { mnist = "." }'), tmp_path)
    with pytest.raises(NoData, match=r"the train part has none of the digits 5, 6"):
        data_of(case_of('data = { mnist = ".", digits = [5, 6] }'), tmp_path)


def test_a_folder_that_is_not_there_says_where_mnist_is_had(tmp_path: Path) -> None:
    with pytest.raises(NoData, match=r"train-images-idx3-ubyte .* is not there; nothing is downloaded"):
        data_of(case_of('data = { mnist = "nowhere" }'), tmp_path)


# --- files -------------------------------------------------------------------------------------------


def test_arrays_with_classes_and_a_part_to_be_tested_on(tmp_path: Path) -> None:
    np.savez(
        tmp_path / "data.npz",
        x=np.arange(12.0).reshape(3, 2, 2),
        y=np.array([7, 3, 7]),
        x_test=np.ones((1, 2, 2)),
        y_test=np.array([3]),
    )
    data = data_of(case_of('data = { file = "data.npz" }', inputs=4), tmp_path)
    assert data.names == ("3", "7")
    assert data.train.targets.tolist() == [[0, 1], [1, 0], [0, 1]]
    assert data.train.x[1].ravel().tolist() == [4, 5, 6, 7]
    assert data.test is not None
    assert data.test.classes is not None
    assert data.test.classes.tolist() == [0]


def test_rows_of_a_table(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,label,b\n1,0,2\n\n3,1,-4.5\n", encoding="utf-8")
    data = data_of(case_of('data = { file = "data.csv" }', inputs=2), tmp_path)
    assert data.train.x.tolist() == [[1, 2], [3, -4.5]]
    assert data.train.targets.tolist() == [[1, 0], [0, 1]]
    (tmp_path / "data.csv").write_text("a,b,y1,y2\n1,2,0.25,0.75\n", encoding="utf-8")
    data = data_of(case_of('data = { file = "data.csv" }', inputs=2), tmp_path)
    assert data.train.targets.tolist() == [[0.25, 0.75]]
    assert data.train.classes is None


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"x": np.ones((2, 2))}, "has no array y"),
        ({"x": np.ones((2, 2)), "y": np.ones(3)}, "2 inputs in x and 3 targets in y"),
        ({"x": np.full((2, 2), np.nan), "y": np.ones(2)}, "not finite"),
        ({"x": np.ones((2, 3)), "y": np.zeros(2)}, "the data's inputs are 3: layer dense: the weight has 2"),
        ({"x": np.ones((2, 2)), "y": np.array([0.5, 1])}, "expected the number of a class from 0 to 1"),
        ({"x": np.ones((2, 2)), "y": np.ones((2, 3))}, "has 3 numbers a sample, and the network 2 outputs"),
        ({"x": np.ones((2, 2)), "y": np.full((2, 2), 2.0)}, "data.npz: y"),
        ({"x": np.ones((2, 2)), "y": np.zeros(2), "x_test": np.ones((1, 2))}, "one of x_test and y_test"),
        ({"x": np.array([{}, {}]), "y": np.zeros(2)}, "expected whole numbers or floats"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray], said: str) -> None:
    np.savez(tmp_path / "data.npz", **arrays)
    with pytest.raises(NoData, match=said):
        data_of(case_of('data = { file = "data.npz" }', inputs=2), tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "expected a first line with a name for each column"),
        ("y,b\n1,x\n", 'row 2, column "b": found "x"; expected a number'),
        ("y,b\n1\n", "row 2 has 1 cells and the first has 2"),
        ("y,b\n", "has no rows under its first line"),
        ("", "expected a first line"),
        ("y,b\n1,inf\n", "expected a finite number"),
    ],
)
def test_tables_that_do_not_fit_are_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "data.csv").write_text(text, encoding="utf-8")
    with pytest.raises(NoData, match=said):
        data_of(case_of('data = { file = "data.csv" }', inputs=1), tmp_path)


@pytest.mark.parametrize("name", ["data.npz", "data.csv"])
def test_files_that_are_not_there_or_no_files(tmp_path: Path, name: str) -> None:
    case = case_of(f'data = {{ file = "{name}" }}', inputs=2)
    with pytest.raises(NoData, match="is not there; it is looked for in the folder of the case file"):
        data_of(case, tmp_path)
    (tmp_path / name).mkdir()
    with pytest.raises(NoData, match="is not a file"):
        data_of(case, tmp_path)


def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez(path, x=np.ones((2, 2)), y=np.zeros(2))
    content = path.read_bytes()
    for length in range(0, len(content), 13):
        path.write_bytes(content[:length])
        with pytest.raises(NoData):
            data_of(case_of('data = { file = "data.npz" }', inputs=2), tmp_path)


# --- in the case file --------------------------------------------------------------------------------


def test_listed_samples(tmp_path: Path) -> None:
    case = case_of(
        '[[training.data]]\ninput = "1 2"\ntarget = "0 1"\n[[training.data]]\ninput = "3 4"\ntarget = "1 0"',
        inputs=2,
    )
    data = data_of(case, tmp_path)
    assert data.train.x.tolist() == [[1, 2], [3, 4]]
    assert data.train.classes is not None
    assert data.train.classes.tolist() == [1, 0]
    assert data.test is None


def test_a_hinge_has_targets_of_its_own(tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x=np.ones((2, 2)), y=np.array([0, 1]))
    data = data_of(case_of('data = { file = "data.npz" }', inputs=2, loss="hinge"), tmp_path)
    assert data.train.targets.tolist() == [[1, -1], [-1, 1]]
