"""Flatten: channels, rows and columns are read one after the other into one row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from types import MappingProxyType

from walkthrough.layers import Conventions, Layer
from walkthrough.mathematics.notation import Affine, Equation, Shape, Tensor, affine


@dataclass(frozen=True)
class Flatten(Layer):
    """a[c·rows·columns + i·columns + j] = x[c,i,j], counted from 0: the same numbers in a row."""

    default_name = "flatten"
    letter = "f"
    rules = MappingProxyType({"forward": "flatten-index"})

    def output_shape(self, shape: Shape) -> Shape:
        """All its numbers, in one row."""
        return (prod(shape),)

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation: a copy."""
        at = x.positions()
        place: Affine = affine(0)
        for index in at:
            place = place * index.extent + index
        yield z[place].equals(x[at])
