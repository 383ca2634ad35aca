"""A data set: inputs with their targets, in a part to learn from and a part to be tested on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from walkthrough.training.refusal import NoData

Floats = NDArray[np.float64]
Classes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class DataPart:
    """Inputs, an axis for the samples first, and a target for each.

    `classes` says which class each of them is; None if targets are no classes.
    """

    x: Floats
    targets: Floats
    classes: Classes | None

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, eq=False)
class DataSet:
    """What is learned from, and what is tested on, if anything; `names` are those of the classes."""

    train: DataPart
    test: DataPart | None
    names: tuple[str, ...]


def part_of(
    images: Floats, classes: Classes, outputs: int, several: int, marks: tuple[float, float] = (0.0, 1.0)
) -> DataPart:
    """A part with its targets: one-hot, or for a single output the number of the class itself, 0 or 1.

    `marks` are what a target says where the class is not, and where it is: −1 and 1 for a hinge.
    """
    absent, present = marks
    if outputs == 1:
        if several > 2:
            raise NoData(f"one output can tell two classes apart, and there are {several}")
        chosen = classes[:, None] == 1
    elif outputs != several:
        raise NoData(f"the network has {outputs} outputs, and there are {several} classes")
    else:
        chosen = classes[:, None] == np.arange(several)
    return DataPart(images, np.where(chosen, float(present), float(absent)), classes)


def classes_in(targets: Floats, marks: tuple[float, float] = (0.0, 1.0)) -> Classes | None:
    """The class that each target names, in samples × outputs; None if one of them names none."""
    if not np.isin(targets, marks).all():
        return None
    chosen = targets == marks[1]
    if targets.shape[1] == 1:
        return np.asarray(chosen[:, 0], dtype=np.int64)
    if not (chosen.sum(axis=1) == 1).all():
        return None
    return _largest(chosen)


def predicted(outputs: Floats, marks: tuple[float, float] = (0.0, 1.0)) -> Classes:
    """The class that each row of outputs speaks for: the largest; of a single one, the side of the middle."""
    if outputs.shape[1] == 1:
        return np.asarray(outputs[:, 0] > sum(marks) / 2, dtype=np.int64)
    return _largest(outputs)


def _largest(of: NDArray[Any]) -> Classes:
    return np.asarray(np.argmax(of, axis=1), dtype=np.int64)
