"""What a replay asks of a kind of number; exact, rounded by hand, float64 and residues answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

import numpy as np

from walkthrough.mathematics.contraction import Contraction
from walkthrough.mathematics.layout import Array
from walkthrough.mathematics.notation import Entry, Expression, Index, Shape
from walkthrough.numbers.grid import GivenGrid

N = TypeVar("N")
"""A tensor's numbers: an array, with what the kind of number needs beside it."""


class NeedsPrecision(ArithmeticError):
    """Two numbers, or a number and 0, are too close to be told apart at this precision."""


@dataclass(frozen=True, eq=False)
class Selection:
    """What a max pool or a ReLU let through: for every window, the share of each of its places.

    `first` is the place of the (first) winner in its window, `shares` are whole numbers over
    `denominator`, with an axis for each loop index of the window's entry.
    """

    first: Array
    shares: Array
    denominator: int


class Arithmetic(ABC, Generic[N]):
    """A kind of number, in whole tensors."""

    @abstractmethod
    def given(self, grid: GivenGrid) -> N:
        """The numbers of a case."""

    @abstractmethod
    def reshaped(self, numbers: N, shape: Shape) -> N:
        """The same numbers in reading order, in another shape."""

    @abstractmethod
    def sums(self, terms: list[tuple[Contraction, tuple[N, ...]]]) -> N:
        """Sums of products: every part's products, times its coefficient, added where they go."""

    @abstractmethod
    def function(self, expression: Expression, variables: tuple[Index, ...], read: Callable[[Entry], N]) -> N:
        """An expression for all values of its loop indices."""

    @abstractmethod
    def winners(self, windows: N, places: Array, tie: str, name: str) -> Selection:
        """Which entry of each window (the last axis) is largest.

        `places` says where each entry stands in the tensor of this name, in reading order; −1 is padding.
        """

    @abstractmethod
    def signs(self, numbers: N, name: str) -> Array:
        """−1, 0 or 1 for each number."""

    def proven(self, numbers: N, name: str) -> N:
        """The numbers of a tensor, with what is provably 0 made 0."""
        return numbers

    @abstractmethod
    def picked(self, windows: N, first: Array) -> N:
        """The entry at a place of each window (the last axis)."""

    @abstractmethod
    def structured(self, numbers: N, change: Callable[[Array], Array]) -> N:
        """The numbers laid out otherwise; `change` only moves, repeats or pads with zeros."""

    @abstractmethod
    def routed(self, contraction: Contraction, upstream: N, selection: Selection) -> N:
        """The upstream gradient, times each place's share, sent back to where the entry came from."""

    @abstractmethod
    def gathered(self, contraction: Contraction, numbers: N) -> N:
        """Numbers with an axis for each kept index, added up where the contraction's target says."""

    @abstractmethod
    def combined(self, numbers: list[N], coefficients: list[Fraction]) -> N:
        """Σ coefficient · numbers, for tensors of one shape."""


def ranked(values: Array, inside: Array, tie: str) -> tuple[Array, Array, int]:
    """First winner, shares and their denominator, for exactly comparable numbers.

    Windows lie along the last axis; padding never wins.
    """
    if tie == "first" and inside.all():
        return shared(values, tie)
    if inside.all():
        top = values.max(axis=-1, keepdims=True)
        best = values == top
    else:
        low = np.where(inside, values, values.min() - 1)
        best = (low == low.max(axis=-1, keepdims=True)) & inside
    return shared(best, tie)


def shared(best: Array, tie: str) -> tuple[Array, Array, int]:
    """First winner, shares and their denominator, from what is largest in each window where it is best."""
    first = best.argmax(axis=-1)
    if tie == "first":
        places = np.arange(best.shape[-1])
        return first, (places == first[..., None]).astype(np.int64), 1
    if tie == "all":
        return first, best.astype(np.int64), 1
    counts = best.sum(axis=-1, keepdims=True)
    denominator = int(np.lcm.reduce(np.unique(counts)))
    return first, best * (denominator // counts), denominator
