"""Upsampling by repetition: every entry becomes a block of its own number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from walkthrough.layers import Conventions, Layer
from walkthrough.mathematics.notation import Equation, Shape, Tensor, indices
from walkthrough.mathematics.windows import DoesNotFit, times
from walkthrough.words.options import Pair, option


@dataclass(frozen=True)
class Upsample2d(Layer):
    """z[c, s·i+u, t·j+v] = x[c,i,j] for every place u, v of a block of s × t (nearest neighbour).

    Channel × row × column. An entry's gradient is the sum over its block.
    """

    default_name = "upsample"
    letter = "z"

    factor: Pair = option("positive extents")

    def output_shape(self, shape: Shape) -> Shape:
        """Channels as they are; rows and columns times the factor."""
        if len(shape) != 3:
            raise DoesNotFit(f"needs channel × row × column, and what comes in is {times(shape)}")
        return (shape[0], shape[1] * self.factor[0], shape[2] * self.factor[1])

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation: copies."""
        c, i, j = indices("c i j", x.shape)
        u, v = indices("u v", self.factor)
        yield z[c, self.factor[0] * i + u, self.factor[1] * j + v].equals(x[c, i, j])

    def summary(self, shape: Shape) -> str:
        """`each entry 2×2 times`."""
        return f"each entry in a block of {times(self.factor)}"

    def size_arithmetic(self, shape: Shape) -> list[str]:
        """Rows and columns of the output."""
        each = zip(("rows", "columns"), shape[1:], self.factor, strict=True)
        return [f"{axis} {factor}·{size} = {factor * size}" for axis, size, factor in each]
