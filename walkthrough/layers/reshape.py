"""Reshape: the same numbers in reading order, in another shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from types import MappingProxyType

from walkthrough.layers import Conventions, Layer
from walkthrough.mathematics.notation import Equation, Shape, Tensor, indices
from walkthrough.mathematics.windows import DoesNotFit, times
from walkthrough.words.options import option


@dataclass(frozen=True)
class Reshape(Layer):
    """The n-th number in reading order stays the n-th number in reading order."""

    default_name = "reshape"
    letter = "r"
    rules = MappingProxyType({"forward": "flatten-index"})

    shape: Shape = option("shape")

    def output_shape(self, shape: Shape) -> Shape:
        """The shape asked for, which must hold as many numbers."""
        if prod(shape) != prod(self.shape):
            raise DoesNotFit(
                f"{times(self.shape)} holds {prod(self.shape)} numbers, and what comes in, "
                f"{times(shape)}, has {prod(shape)}",
                "shape",
            )
        return self.shape

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation: a copy."""
        (n,) = indices("n", (x.size,))
        yield z.in_reading_order(n).equals(x.in_reading_order(n))
