"""Where the data of a case come from: its own samples, a list, a file, MNIST's folder, or drawn digits."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from pathlib import Path

import numpy as np

from walkthrough.case import Case, Sample
from walkthrough.case.grids.grid_files import grid_of_numbers
from walkthrough.case.layers import LayerDoesNotFit
from walkthrough.case.samples import input_shape
from walkthrough.case.training import DataFile, DrawnDigits, MnistFolder, Training
from walkthrough.mathematics.notation import Shape
from walkthrough.mathematics.windows import DoesNotFit, times
from walkthrough.training.data.data_files import read_arrays
from walkthrough.training.data.data_set import Classes, DataPart, DataSet, Floats, classes_in, part_of
from walkthrough.training.data.drawn_digits import TEST, TRAINING, drawn_digits
from walkthrough.training.data.idx_files import read_pair
from walkthrough.training.refusal import NoData

_DRAWN_SEEDS = (2004, 2005)
"""One for what is learned from and one for what is tested on: no image is in both."""
_MOST_TARGETS_LOOKED_AT = 1000


def data_of(case: Case, folder: Path) -> DataSet:
    """The data that a case is trained on; files are looked for in `folder`. Raises NoData."""
    training = case.training or Training()
    origin = training.data
    if isinstance(origin, DrawnDigits):
        parts = [
            drawn_digits(seed, count) for seed, count in zip(_DRAWN_SEEDS, (TRAINING, TEST), strict=True)
        ]
        return _classified(case, parts, ("0", "1"))
    if isinstance(origin, MnistFolder):
        several = [_mnist(folder / origin.folder, origin, part) for part in ("train", "test")]
        return _classified(case, several, tuple(map(str, origin.digits)))
    if isinstance(origin, DataFile):
        return _in_file(case, read_arrays(folder / origin.file), origin.file)
    return _listed(case, case.samples if origin is None else origin)


def sample_shape(case: Case, shape: Shape) -> Shape:
    """The shape in which inputs of this shape go into the network; raises NoData."""
    if case.samples and prod(shape) == case.samples[0].input.size:
        shape = case.samples[0].input.shape
    else:
        shape = input_shape(shape, case.layers, True)
    try:
        output = case.output_shapes(shape)[-1] if case.layers else shape
        if case.loss is not None:
            case.loss.check(output)
    except (LayerDoesNotFit, DoesNotFit) as problem:
        raise NoData(f"the data's inputs are {times(shape)}: {problem}") from None
    return shape


def outputs_of(case: Case, shape: Shape) -> int:
    """How many outputs the network has for an input of this shape."""
    return prod(case.output_shapes(shape)[-1] if case.layers else shape)


def _mnist(folder: Path, origin: MnistFolder, part: str) -> tuple[Floats, Classes]:
    """The images of some digits, with numbers from 0 to 1, and which of the digits each is."""
    images, labels = read_pair(folder, part)
    kept = np.flatnonzero(np.isin(labels, origin.digits))[: origin.limit]
    if not len(kept):
        raise NoData(f"{folder}: the {part} part has none of the digits {', '.join(map(str, origin.digits))}")
    place = np.zeros(256, dtype=np.int64)
    place[list(origin.digits)] = range(len(origin.digits))
    return images[kept][:, None] / 255.0, place[labels[kept]]


def _classified(case: Case, parts: Sequence[tuple[Floats, Classes]], names: tuple[str, ...]) -> DataSet:
    """Images of so many classes, in a part to learn from and one to be tested on."""
    train, test = (_part(case, images, classes, len(names)) for images, classes in parts)
    return DataSet(train, test, names)


def _part(case: Case, x: Floats, classes: Classes, several: int) -> DataPart:
    shape = sample_shape(case, x.shape[1:])
    marks = case.loss.marks if case.loss else (0, 1)
    return part_of(x.reshape(len(x), *shape), classes, outputs_of(case, shape), several, marks)


def _in_file(case: Case, arrays: dict[str, Floats], name: str) -> DataSet:
    shape = sample_shape(case, arrays["x"].shape[1:] or (1,))
    outputs = outputs_of(case, shape)
    names = _class_names(arrays["y"], outputs, name)

    def part(x: str, y: str) -> DataPart:
        if arrays[x].size != len(arrays[x]) * prod(shape):
            said = f"inputs of {x} are {times(arrays[x].shape[1:])}, and those of x {times(shape)}"
            raise NoData(f"{name}: {said}")
        images = arrays[x].reshape(-1, *shape)
        return _targeted(case, images, arrays[y], names, outputs, f"{name}: {y}")

    return DataSet(part("x", "y"), part("x_test", "y_test") if "x_test" in arrays else None, names)


def _class_names(y: Floats, outputs: int, name: str) -> tuple[str, ...]:
    """The classes that single whole numbers name; none if targets are rows of numbers."""
    if y.ndim > 1 or outputs == 1:
        return _output_names(outputs)
    found = np.unique(y)
    if (found == np.round(found)).all():
        if found[0] >= 0 and found[-1] < outputs:
            return tuple(map(str, range(outputs)))
        if len(found) == outputs:
            return tuple(str(int(each)) for each in found)
    raise NoData(
        f"{name}: y has {len(found)} different numbers, and the network {outputs} outputs; expected the "
        f"number of a class from 0 to {outputs - 1}, or a row of {outputs} numbers for each sample"
    )


def _targeted(case: Case, x: Floats, y: Floats, names: tuple[str, ...], outputs: int, where: str) -> DataPart:
    if y.ndim == 1 and outputs > 1:
        labels = [float(each) for each in names]
        if not np.isin(y, labels).all():
            raise NoData(f"{where} names a class that is not among {', '.join(names)}")
        return _part(case, x, np.searchsorted(labels, y), len(names))
    targets = y.reshape(len(y), -1)
    if targets.shape[1] != outputs:
        raise NoData(f"{where} has {targets.shape[1]} numbers a sample, and the network {outputs} outputs")
    return checked(case, DataPart(x, targets, classes_in(targets, _marks(case))), where)


def _marks(case: Case) -> tuple[int, int]:
    return case.loss.marks if case.loss else (0, 1)


def checked(case: Case, part: DataPart, where: str) -> DataPart:
    """The part, if the loss can take its targets; raises NoData."""
    if case.loss is None:
        return part
    for row in np.unique(part.targets, axis=0)[:_MOST_TARGETS_LOOKED_AT]:
        try:
            case.loss.check_target(grid_of_numbers(row, where))
        except DoesNotFit as problem:
            raise NoData(f"{where}: {problem}") from None
    return part


def _listed(case: Case, samples: Sequence[Sample]) -> DataSet:
    """Samples that stand in the case file; there is no test part."""
    if not samples:
        raise NoData("there is no sample to train on; give [[samples]], or data in [training]")
    if any(sample.target is None for sample in samples):
        raise NoData("a sample has no target; each needs one to be trained on")
    x = np.stack([sample.input.floats for sample in samples])
    targets = np.stack([sample.target.floats.reshape(-1) for sample in samples if sample.target is not None])
    part = DataPart(x, targets, classes_in(targets, _marks(case)))
    return DataSet(part, None, _output_names(targets.shape[1]))


def _output_names(outputs: int) -> tuple[str, ...]:
    """Classes that have no names but those of their outputs, which count from 1."""
    return ("0", "1") if outputs == 1 else tuple(str(n + 1) for n in range(outputs))
