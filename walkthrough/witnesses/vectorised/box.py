"""A box of exact numbers: whole numerators over one common denominator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
ObjectArray: TypeAlias = NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """A tensor of fractions with the same denominator: [1/2, 1/3] is [3, 2] over 6.

    The numerators are Python ints in an object array (a NumPy int would overflow silently).
    """

    numerators: ObjectArray
    denominator: int = 1

    def __post_init__(self) -> None:
        """NumPy hands out a bare number instead of an array without axes; here it stays an array."""
        object.__setattr__(self, "numerators", np.asarray(self.numerators, dtype=object))
        if self.denominator <= 0:
            raise ValueError(f"a denominator must be positive, not {self.denominator}")

    @classmethod
    def of(cls, values: Iterable[Fraction | int], shape: tuple[int, ...]) -> Box:
        """Fractions in reading order, brought to a common denominator."""
        fractions = [Fraction(value) for value in values]
        denominator = lcm(*(each.denominator for each in fractions))
        numerators = np.empty(len(fractions), dtype=object)
        numerators[:] = [each.numerator * (denominator // each.denominator) for each in fractions]
        return cls(numerators.reshape(shape), denominator)

    @property
    def shape(self) -> tuple[int, ...]:
        """How many entries along each axis."""
        return self.numerators.shape

    def fractions(self) -> list[Fraction]:
        """The entries in reading order."""
        return [Fraction(each, self.denominator) for each in self.numerators.ravel().tolist()]

    def over(self, denominator: int) -> ObjectArray:
        """The numerators over a multiple of the denominator."""
        factor = denominator // self.denominator
        return self.numerators if factor == 1 else _array(self.numerators * factor)

    def __add__(self, other: Box | int) -> Box:
        other = _box(other)
        common = lcm(self.denominator, other.denominator)
        return Box(_array(self.over(common) + other.over(common)), common)

    __radd__ = __add__

    def __neg__(self) -> Box:
        return Box(_array(-self.numerators), self.denominator)

    def __sub__(self, other: Box | int) -> Box:
        return self + -_box(other)

    def __rsub__(self, other: int) -> Box:
        return -self + other

    def __mul__(self, other: Box | int) -> Box:
        other = _box(other)
        return Box(_array(self.numerators * other.numerators), self.denominator * other.denominator)

    __rmul__ = __mul__


Numbers = TypeVar("Numbers", Box, FloatArray)
"""A formula below holds for both: float64 arrays, or exact boxes."""


def _array(of: Any) -> ObjectArray:
    return np.asarray(of, dtype=object)


def _box(of: Box | int) -> Box:
    return of if isinstance(of, Box) else Box(_array(of))


def scaled(x: Numbers, by: Fraction) -> Numbers:
    """Every entry times the same number."""
    if isinstance(x, Box):
        return Box(_array(x.numerators * by.numerator), x.denominator * by.denominator)
    return x * float(by)


def rounded(box: Box, decimals: int) -> Box:
    """Every entry rounded to so many decimals, halves away from zero, as by hand."""
    unit = 10**decimals
    twice = 2 * box.denominator
    rounded_numerators = [
        (-1 if each < 0 else 1) * ((2 * abs(each) * unit + box.denominator) // twice)
        for each in box.numerators.ravel().tolist()
    ]
    numerators = np.empty(len(rounded_numerators), dtype=object)
    numerators[:] = rounded_numerators
    return Box(numerators.reshape(box.shape), unit)


def largest_difference(one: Box, other: Box) -> Fraction:
    """How far two boxes of the same shape are apart at most; 0 if they agree exactly."""
    if one.shape != other.shape:
        raise ValueError(f"shapes differ: {one.shape} and {other.shape}")
    apart = one - other
    return Fraction(max(map(abs, apart.numerators.ravel().tolist()), default=0), apart.denominator)
