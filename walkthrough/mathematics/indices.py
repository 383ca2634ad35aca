"""Loop indices, and positions that depend on them: i, i + p − 1, 2·i + p.

Indices count from 0 in here, like the loops they are; whatever is printed counts from 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

Shape: TypeAlias = tuple[int, ...]
Cell: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Affine:
    """A position that depends on loop indices, such as 2·i + p − 1."""

    coefficients: tuple[tuple[Index, int], ...]
    constant: int = 0

    def __add__(self, other: Position) -> Affine:
        other = affine(other)
        merged = dict(self.coefficients)
        for index, coefficient in other.coefficients:
            merged[index] = merged.get(index, 0) + coefficient
        kept = tuple((index, coefficient) for index, coefficient in merged.items() if coefficient)
        return Affine(kept, self.constant + other.constant)

    __radd__ = __add__

    def __mul__(self, factor: int) -> Affine:
        return Affine(tuple((index, c * factor) for index, c in self.coefficients), self.constant * factor)

    __rmul__ = __mul__

    def __neg__(self) -> Affine:
        return self * -1

    def __sub__(self, other: Position) -> Affine:
        return self + -affine(other)

    def __rsub__(self, other: int) -> Affine:
        return -self + other

    def at(self, values: dict[Index, int]) -> int:
        """The position for these values of the loop indices."""
        return self.constant + sum(c * values[index] for index, c in self.coefficients)

    @property
    def span(self) -> tuple[int, int]:
        """The smallest and the largest position that occurs."""
        steps = [c * (index.extent - 1) for index, c in self.coefficients]
        return (
            self.constant + sum(step for step in steps if step < 0),
            self.constant + sum(step for step in steps if step > 0),
        )

    @property
    def alone(self) -> Index | None:
        """The index, if the position is that index and nothing else."""
        if self.constant == 0 and len(self.coefficients) == 1 and self.coefficients[0][1] == 1:
            return self.coefficients[0][0]
        return None


@dataclass(frozen=True, slots=True)
class Index:
    """A letter that runs over the positions of an axis: i = 1…4."""

    name: str
    extent: int

    def __add__(self, other: Position) -> Affine:
        return affine(self) + other

    __radd__ = __add__

    def __sub__(self, other: Position) -> Affine:
        return affine(self) - other

    def __rsub__(self, other: int) -> Affine:
        return -affine(self) + other

    def __mul__(self, factor: int) -> Affine:
        return affine(self) * factor

    __rmul__ = __mul__


Position: TypeAlias = Affine | Index | int


def affine(position: Position) -> Affine:
    """Any position as an affine one."""
    if isinstance(position, Affine):
        return position
    if isinstance(position, Index):
        return Affine(((position, 1),))
    return Affine((), position)


def indices(names: str, extents: Iterable[int]) -> tuple[Index, ...]:
    """Loop indices with these names, one for each extent."""
    return tuple(Index(name, extent) for name, extent in zip(names.split(), extents, strict=True))


def unique(items: Iterable[Index]) -> tuple[Index, ...]:
    """The indices, each once, in order of first appearance."""
    return tuple(dict.fromkeys(items))
