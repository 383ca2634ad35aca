"""A data set: images with their classes, in a part to learn from and a part to be tested on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class NoData(ValueError):
    """Data that is not there, or not what its format says; the message names the file and the remedy."""


@dataclass(frozen=True, eq=False)
class Part:
    """Inputs, an axis for the samples first, and a target for each; `classes` says what each of them is."""

    x: Floats
    targets: Floats
    classes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, eq=False)
class DataSet:
    """What is learned from, and what is tested on; `names` are those of the classes, in order."""

    train: Part
    test: Part
    names: tuple[str, ...]


def part_of(images: Floats, classes: NDArray[np.int64], outputs: int, several: int) -> Part:
    """A part with its targets: one-hot, or for a single output the number of the class itself, 0 or 1."""
    if outputs == 1:
        if several > 2:
            raise NoData(f"one output can tell two classes apart, and there are {several}")
        return Part(images, classes[:, None].astype(np.float64), classes)
    if outputs != several:
        raise NoData(f"the network has {outputs} outputs, and there are {several} classes")
    return Part(images, np.eye(several)[classes], classes)
