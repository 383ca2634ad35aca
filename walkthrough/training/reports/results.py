"""What a training has come to: how often the network is right, and what it takes for what."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from walkthrough.training.data.data_set import DataPart, Floats, predicted
from walkthrough.training.runs.run import Lessons
from walkthrough.training.runs.vectorised_network import Tensors

_AT_ONCE = 512


@dataclass(frozen=True)
class Confusion:
    """How often a class (a row) was taken for a class (a column)."""

    counts: tuple[tuple[int, ...], ...]

    @property
    def right(self) -> int:
        """How many were taken for what they are."""
        return sum(row[at] for at, row in enumerate(self.counts))

    @property
    def total(self) -> int:
        """How many there were."""
        return sum(map(sum, self.counts))

    @property
    def accuracy(self) -> Fraction:
        """The share of those that were taken for what they are."""
        return Fraction(self.right, self.total)


def outputs_of(lessons: Lessons, tensors: Tensors, part: DataPart) -> Floats:
    """What the network says of every sample of a part, in samples × outputs."""
    several = []
    with np.errstate(all="ignore"):
        for at in range(0, len(part), _AT_ONCE):
            x, targets = part.x[at : at + _AT_ONCE], part.targets[at : at + _AT_ONCE]
            several.append(lessons.network.forward(tensors, x, targets).output)
    return np.concatenate(several)


def confusion(lessons: Lessons, tensors: Tensors, part: DataPart | None) -> Confusion | None:
    """What the network takes for what in a part; None if there is none, or its targets are no classes."""
    if part is None or part.classes is None:
        return None
    marks = lessons.case.loss.marks if lessons.case.loss else (0, 1)
    said = predicted(outputs_of(lessons, tensors, part), marks)
    several = len(lessons.data.names)
    counts = np.bincount(part.classes * several + said, minlength=several * several)
    return Confusion(tuple(map(tuple, counts.reshape(several, several).tolist())))


def percent(share: Fraction) -> str:
    """A share with one decimal, half-up; 100.0 only if nothing is missing."""
    tenths = (2000 * share.numerator + share.denominator) // (2 * share.denominator)
    if tenths == 1000 and share < 1:
        tenths = 999
    return f"{tenths // 10}.{tenths % 10}"
