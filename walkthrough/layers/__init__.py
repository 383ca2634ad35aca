"""The shelf of layers: one file each, named as in case files; and what a layer is.

No layer knows another one; what several share (windows that slide) stands in `_windows`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from walkthrough.mathematics.conventions import Conventions
from walkthrough.mathematics.windows import times

__all__ = ["Conventions", "Entrywise", "Layer"]

if TYPE_CHECKING:
    from walkthrough.mathematics.notation import Equation, Shape, Tensor
    from walkthrough.numbers.grid import GivenGrid


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

    def parameters(self, shape: Shape) -> dict[str, GivenGrid]:
        """The numbers that it learns, by name, for an input of this shape."""
        return {}

    def constants(self, shape: Shape) -> dict[str, GivenGrid]:
        """The numbers that are given and not learned, by name, for an input of this shape."""
        return {}

    @abstractmethod
    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """How each entry of the output z comes from the input x, the parameters and the constants."""

    def framed(self, shape: Shape) -> Shape:
        """The input with its padding around it: what is really gone through."""
        return shape

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
