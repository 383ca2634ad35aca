"""What one output sees of the input: read off the equations, layer by layer.

Along each axis of an image a layer's output m is made of the inputs s·m + u: a window of k in steps of s.
So a field of r pixels, seen in steps of j, becomes one of r + (k − 1)·j in steps of j·s. Where an input is
laid out over several outputs (a transposed convolution), the steps become smaller instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TypeAlias

from walkthrough.mathematics.indices import Affine
from walkthrough.mathematics.notation import Entry, Equation, Shape, entries
from walkthrough.trace.stage import Stage

Cells: TypeAlias = frozenset[int]
"""Positions along one axis of an image, from 0."""


@dataclass(frozen=True, slots=True)
class SeenWindow:
    """Along one axis: how many entries of its input an output is made of, and how far it is to the next.

    `step` is a fraction where an input goes into several outputs; None if an output sees the whole axis.
    """

    size: int
    step: Fraction | None


@dataclass(frozen=True, slots=True)
class Field:
    """Along one axis: how many pixels an output sees, and how many it is to the next output's."""

    size: int
    jump: Fraction | None

    def through(self, window: SeenWindow, extent: int) -> Field:
        """The field after a layer with this window; `extent` is the input's own size."""
        if window.step is None or (self.jump is None and window.size > 1):
            return Field(extent, None)
        jump = self.jump or Fraction(0)
        size = self.size + (window.size - 1) * jump
        return Field(-(-size.numerator // size.denominator), self.jump and jump * window.step)


def image_axes(shape: Shape) -> Shape:
    """The extents along which one sees something: rows and columns, positions; or a flat row."""
    return shape[1:] if len(shape) > 1 else shape


def windows(stage: Stage) -> tuple[SeenWindow, ...] | None:
    """A layer's window along each axis; None if it keeps no axes (flatten), and each output is one entry."""
    x, z = image_axes(stage.x.shape), image_axes(stage.z.shape)
    if _is_copy(stage) and len(stage.x.shape) != len(stage.z.shape):
        return None
    if len(stage.x.shape) != len(stage.z.shape) or any(
        entry.flat and len(stage.x.shape) > 1 for _, entry in _reads(stage)
    ):
        return None if _is_copy(stage) else tuple(SeenWindow(extent, None) for extent in x)
    return tuple(_window(stage, axis - len(z), x[axis]) for axis in range(len(x)))


def seen(stage: Stage, outputs: tuple[Cells, ...]) -> tuple[Cells, ...]:
    """Which places of its input, along each axis, these outputs are made of."""
    whole = tuple(frozenset(range(extent)) for extent in image_axes(stage.x.shape))
    found = windows(stage)
    if found is None or len(outputs) != len(whole):
        return whole
    return tuple(
        whole[axis] if window.step is None else _seen(stage, axis - len(whole), whole[axis], outputs[axis])
        for axis, window in enumerate(found)
    )


def _reads(stage: Stage) -> list[tuple[Equation, Entry]]:
    """Each place where an equation reads the input."""
    return [
        (equation, entry)
        for equation in stage.equations
        for entry, _ in entries(equation.right)
        if entry.tensor.name == stage.x.name
    ]


def _is_copy(stage: Stage) -> bool:
    return all(isinstance(equation.right, Entry) for equation in stage.equations)


def _window(stage: Stage, axis: int, extent: int) -> SeenWindow:
    """The widest window along an axis (counted from the last)."""
    found = [_along(equation.left, entry, axis) for equation, entry in _reads(stage)]
    known = [window for window in found if window is not None]
    if len(known) < len(found) or len({window.step for window in known}) > 1:
        return SeenWindow(extent, None)
    return max(known, key=lambda window: window.size)


def _along(left: Entry, entry: Entry, axis: int) -> SeenWindow | None:
    """s·i + u on the right of an output i; or an output s·i + u, and i on the right. None: all of it."""
    out, into = left.index[axis], entry.index[axis]
    if out.alone is not None:
        step = dict(into.coefficients).get(out.alone, 0)
        return SeenWindow(_width(into, out), Fraction(step)) if step > 0 else None
    if into.alone is not None:
        step = dict(out.coefficients).get(into.alone, 0)
        if step > 0:
            return SeenWindow((_width(out, into) - 1) // step + 1, Fraction(1, step))
    return None


def _width(of: Affine, without: Affine) -> int:
    """How many places a position runs over while one index stands still."""
    rest = tuple(pair for pair in of.coefficients if pair[0] != without.alone)
    low, high = Affine(rest, 0).span
    return high - low + 1


def _seen(stage: Stage, axis: int, inside: Cells, outputs: Cells) -> Cells:
    found: set[int] = set()
    for equation, entry in _reads(stage):
        out, into = equation.left.index[axis], entry.index[axis]
        indices = list(dict.fromkeys(i for position in (out, into) for i, _ in position.coefficients))
        for place in product(*(range(index.extent) for index in indices)):
            at = dict(zip(indices, place, strict=True))
            if out.at(at) in outputs:
                found.add(into.at(at))
    return frozenset(found) & inside
