"""What all pools have in common: windows that slide, channel by channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from walkthrough.layers import Layer
from walkthrough.notation import Entry, Index, Shape, Tensor, indices
from walkthrough.options import Pair, option
from walkthrough.sliding import pool_shape, size_arithmetic, times


@dataclass(frozen=True)
class Pool(Layer):
    """A layer that makes one number of each window; `stride` is the window's size unless it is given."""

    default_name = "pool"
    letter = "p"
    what: ClassVar[str]
    """What goes on of a window, in a word: largest, mean."""

    size: Pair = option("positive pair")
    stride: Pair | None = option("positive pair", default=None)
    padding: Pair = option("pair", default=(0, 0))

    def output_shape(self, shape: Shape) -> Shape:
        """Channels as they are; the windows' rows and columns."""
        return pool_shape(shape, self.size, self.stride or self.size, self.padding)

    def window(self, x: Tensor, z: Tensor) -> tuple[Entry, Entry, tuple[Index, ...]]:
        """An entry of the output, the entry of its window, and the indices that run over the window."""
        (s, t), (top, left) = self.stride or self.size, self.padding
        c, i, j = indices("c i j", z.shape)
        u, v = indices("u v", self.size)
        return z[c, i, j], x[c, s * i + u - top, t * j + v - left], (u, v)

    def summary(self, shape: Shape) -> str:
        """`largest of 2×2`."""
        moved = "" if self.stride in (None, self.size) else f", stride {times(self.stride or self.size)}"
        padded = "" if self.padding == (0, 0) else f", padding {times(self.padding)}"
        return f"{self.what} of {times(self.size)}{moved}{padded}"

    def size_arithmetic(self, shape: Shape) -> list[str]:
        """Rows and columns of the output."""
        return size_arithmetic(shape[1:], self.size, self.stride or self.size, self.padding)
