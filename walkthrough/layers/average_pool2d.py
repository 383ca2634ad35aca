"""Average pooling: of each window, the mean goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from walkthrough.layers import Conventions, Layer
from walkthrough.notation import Equation, Shape, Tensor, indices, total
from walkthrough.options import Pair, option
from walkthrough.sliding import pool_shape, size_arithmetic, times


@dataclass(frozen=True)
class AveragePool2d(Layer):
    """p[c,i,j] = 1/n · Σ x[c, s·i+u, s·j+v], n the number of places in a window.

    Channel × row × column. Padding counts as zeros, as in PyTorch.
    """

    default_name = "pool"
    letter = "p"
    rules = MappingProxyType({"input": "average-pool-gradient"})

    size: Pair = option("positive pair")
    stride: Pair | None = option("positive pair", default=None)
    padding: Pair = option("pair", default=(0, 0))

    def output_shape(self, shape: Shape) -> Shape:
        """Channels as they are; the windows' rows and columns."""
        return pool_shape(shape, self.size, self.stride or self.size, self.padding)

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation: a sum over the window, divided by its size."""
        (s, t), (top, left) = self.stride or self.size, self.padding
        c, i, j = indices("c i j", z.shape)
        u, v = indices("u v", self.size)
        share = Fraction(1, u.extent * v.extent)
        yield z[c, i, j].equals(share * total(x[c, s * i + u - top, t * j + v - left], over=(u, v)))

    def summary(self, shape: Shape) -> str:
        """`mean of 2×2`."""
        moved = "" if self.stride in (None, self.size) else f", stride {times(self.stride or self.size)}"
        padded = "" if self.padding == (0, 0) else f", padding {times(self.padding)}"
        return f"mean of {times(self.size)}{moved}{padded}"

    def size_arithmetic(self, shape: Shape) -> list[str]:
        """Rows and columns of the output."""
        return size_arithmetic(shape[1:], self.size, self.stride or self.size, self.padding)
