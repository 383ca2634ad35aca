"""A gradient check: each entry moved a little up and down, and what the loss makes of it.

(L(w + h) − L(w − h))/2h should be ∂L/∂w. It takes two forward passes an entry, and so it is made on request.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from walkthrough.training.data.data_set import Floats
from walkthrough.training.runs.run import Lessons
from walkthrough.training.runs.vectorised_network import Tensors

MOST_ENTRIES = 60
"""Entries of a parameter that are moved, spread over it evenly."""
_WIDTHS = (1e-5, 1e-7)
"""A kink within the wider one may be passed over by the narrower."""
_ROOMS = (1e-8, 1e-6)
"""How exact each can be: its own error, and the rounding of the loss divided by its width."""


_KINK = 1e-4
"""How far the slopes on both sides of a place are apart where the loss has a kink."""


@dataclass(frozen=True)
class GradientCheck:
    """One parameter: how many of its entries were moved, and how far the worst difference is off.

    `kinks` of them stand where the loss has two slopes (a ReLU at 0, a tie in a max pool): which of them the
    gradient takes is a convention, and a difference cannot tell.
    """

    parameter: str
    entries: int
    kinks: int
    largest_difference: float
    largest_gradient: float
    agrees: bool


def gradient_check(lessons: Lessons, step: int = 1, tensors: Tensors | None = None) -> list[GradientCheck]:
    """Every parameter that is learned, over the batch of a step, with what the steps before have left."""
    given = lessons.beginning if tensors is None else tensors
    gradients = lessons.step(step, given).gradients
    return [_Moved(lessons, step, given, name).checked(gradients[name]) for name in lessons.network.learned]


@dataclass(frozen=True)
class _Moved:
    """A parameter, and the loss of a batch as a function of one of its entries."""

    lessons: Lessons
    step: int
    tensors: Tensors
    name: str

    def checked(self, gradient: Floats) -> GradientCheck:
        count = min(gradient.size, MOST_ENTRIES)
        places = [np.unravel_index(at * gradient.size // count, gradient.shape) for at in range(count)]
        largest = float(np.abs(gradient).max(initial=0.0))
        scale = max(1.0, largest)
        worst, kinks, agrees = 0.0, 0, True
        for at in places:
            apart = [abs(self._slope(at, width) - float(gradient[at])) for width in _WIDTHS]
            if any(each <= room * scale for each, room in zip(apart, _ROOMS, strict=True)):
                worst = max(worst, min(apart))
            elif self._bend(at) > _KINK * scale:
                kinks += 1
            else:
                worst, agrees = max(worst, min(apart)), False
        return GradientCheck(self.name, count, kinks, worst, largest, agrees)

    def _loss(self, at: tuple[np.intp, ...], by: float) -> float:
        moved = self.tensors[self.name].copy()
        moved[at] += by
        return self.lessons.loss(self.step, {**self.tensors, self.name: moved})

    def _slope(self, at: tuple[np.intp, ...], width: float) -> float:
        """The central difference."""
        return (self._loss(at, width) - self._loss(at, -width)) / (2 * width)

    def _bend(self, at: tuple[np.intp, ...]) -> float:
        """How far the slopes before and behind a place are apart."""
        width = _WIDTHS[-1]
        here = self._loss(at, 0)
        return abs(self._loss(at, width) - 2 * here + self._loss(at, -width)) / width
