"""The shelf of layers: one file each, named as in case files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from walkthrough.mathematics.conventions import Conventions
from walkthrough.mathematics.notation import indices
from walkthrough.mathematics.windows import pool_shape, size_arithmetic, times
from walkthrough.words.options import Pair, option

__all__ = ["Conventions", "Entrywise", "Layer", "Pool"]

if TYPE_CHECKING:
    from walkthrough.mathematics.notation import Entry, Equation, Index, Shape, Tensor
    from walkthrough.numbers.grid import Grid


class Layer(ABC):
    """A layer of a network: its options are its fields, its mathematics is its equations."""

    default_name: ClassVar[str]
    letter: ClassVar[str]
    """Its output's letter on a page."""
    letters: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """The letters of its parameters and constants, where they are not the first of their names."""
    rules: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """What `derive` proves of it: `forward`, `input`, or a parameter's gradient → the rule's word."""

    @abstractmethod
    def output_shape(self, shape: Shape) -> Shape:
        """The shape of what comes out; raises DoesNotFit."""

    def parameters(self, shape: Shape) -> dict[str, Grid]:
        """The numbers that it learns, by name, for an input of this shape."""
        return {}

    def constants(self, shape: Shape) -> dict[str, Grid]:
        """The numbers that are given and not learned, by name, for an input of this shape."""
        return {}

    @abstractmethod
    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """How each entry of the output z comes from the input x, the parameters and the constants."""

    def summary(self, shape: Shape) -> str:
        """What it does to an input of this shape, in a few words."""
        return f"{times(shape)} → {times(self.output_shape(shape))}"

    def size_arithmetic(self, shape: Shape) -> list[str]:
        """How the output's size comes about, in words of arithmetic: `rows 6 − 3 + 1 = 4`."""
        return []


class Entrywise(Layer):
    """A layer that works entry by entry, on things of any shape."""

    def output_shape(self, shape: Shape) -> Shape:
        """As it came in."""
        return shape

    def summary(self, shape: Shape) -> str:
        """It works entry by entry."""
        return "entry by entry"


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
