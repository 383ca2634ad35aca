"""Max pooling: of each window, only the largest entry goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from walkthrough.layers import Conventions, Layer
from walkthrough.notation import Equation, Largest, Shape, Tensor, indices
from walkthrough.options import Pair, option
from walkthrough.sliding import pool_shape, size_arithmetic, times


@dataclass(frozen=True)
class MaxPool2d(Layer):
    """p[c,i,j] = the largest of x[c, s·i+u, s·j+v]; the gradient goes to that entry alone.

    Channel × row × column. Padding never wins. Among equals the convention `max_tie` decides.
    """

    default_name = "pool"
    letter = "p"
    rules = MappingProxyType({"input": "max-pool-gradient"})

    size: Pair = option("positive pair")
    stride: Pair | None = option("positive pair", default=None)
    padding: Pair = option("pair", default=(0, 0))

    def output_shape(self, shape: Shape) -> Shape:
        """Channels as they are; the windows' rows and columns."""
        return pool_shape(shape, self.size, self.stride or self.size, self.padding)

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation: the largest of a window."""
        (s, t), (top, left) = self.stride or self.size, self.padding
        c, i, j = indices("c i j", z.shape)
        u, v = indices("u v", self.size)
        window = x[c, s * i + u - top, t * j + v - left]
        yield z[c, i, j].equals(Largest(window, (u, v), conventions.max_tie))

    def summary(self, shape: Shape) -> str:
        """`largest of 2×2`."""
        moved = "" if self.stride in (None, self.size) else f", stride {times(self.stride or self.size)}"
        padded = "" if self.padding == (0, 0) else f", padding {times(self.padding)}"
        return f"largest of {times(self.size)}{moved}{padded}"

    def size_arithmetic(self, shape: Shape) -> list[str]:
        """Rows and columns of the output."""
        return size_arithmetic(shape[1:], self.size, self.stride or self.size, self.padding)
