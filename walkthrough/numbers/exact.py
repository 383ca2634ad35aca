"""Exact numbers: integers over one common denominator, and how far the truth can be from them.

Sums and products of them, and what is known of the result.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import numpy as np

from walkthrough.mathematics.contraction import Contraction, contract
from walkthrough.mathematics.layout import Array
from walkthrough.numbers import integers


@dataclass(frozen=True, eq=False)
class Exact:
    """A tensor's numbers: numerators / denominator, the `unknown` ones to within ± radius.

    `unknown` marks the numbers that are not known exactly (None: all are). Where it is False the
    number is the true value, whatever the radius.
    """

    numerators: Array
    denominator: int
    radius: int = 0
    unknown: Array | None = None

    def fraction(self, place: Any) -> Fraction:
        """The number (the middle of its enclosure) at a cell."""
        return Fraction(int(self.numerators[place]), self.denominator)

    def spread(self, place: Any) -> Fraction:
        """How far the truth can be from it."""
        if not self.radius or self.unknown is None or not self.unknown[place]:
            return Fraction(0)
        return Fraction(self.radius, self.denominator)

    def enclosure(self, place: Any, digits: int | None = None) -> tuple[Fraction, Fraction]:
        """The number at a cell, and how far the truth can be from it; to so many significant digits.

        What is known exactly is never shortened.
        """
        if digits is None or not self.radius or self.unknown is None or not self.unknown[place]:
            return self.fraction(place), self.spread(place)
        numerator, bits = int(self.numerators[place]), int(digits * 3.33) + 8
        length = numerator.bit_length() - self.denominator.bit_length()
        shift = bits - length
        if shift >= self.denominator.bit_length() or not numerator:
            return self.fraction(place), self.spread(place)
        # in units of 2^−shift: what is cut off makes the enclosure wider by less than one unit
        above, below = (1 << shift, 1) if shift >= 0 else (1, 1 << -shift)
        middle = numerator * above // (self.denominator * below)
        reach = self.radius * above // (self.denominator * below) + 2
        unit = Fraction(below, above)
        return middle * unit, reach * unit

    def known(self, place: Any) -> bool:
        """Whether it is the true value, exactly."""
        return self.unknown is None or not bool(self.unknown[place])


def of_floats(numbers: Array) -> Exact:
    """Float64 numbers as the binary fractions that they are; none of them is known to be the true value."""
    ratios = [value.as_integer_ratio() for value in numbers.reshape(-1).tolist()]
    denominator = max((below for _, below in ratios), default=1)
    numerators = np.empty(len(ratios), dtype=object)
    numerators[:] = [above * (denominator // below) for above, below in ratios]
    return Exact(numerators.reshape(numbers.shape), denominator)


def shorter(numbers: Exact) -> Exact:
    """The same numbers over a smaller power of ten, where that widens no enclosure by much.

    The product of two enclosures has twice as many decimals as anybody is certain of.
    """
    spare = len(str(numbers.radius)) - 3
    unit = 10**spare
    marks = numbers.unknown
    if spare <= 0 or marks is None or numbers.denominator % unit or (numbers.numerators[~marks] != 0).any():
        return numbers
    # rounding down moves a number by less than one unit
    numerators = integers.integers(numbers.numerators.astype(object) // unit)
    return Exact(numerators, numbers.denominator // unit, numbers.radius // unit + 2, marks)


def doubtful(numbers: Exact) -> Array:
    """Which numbers might be 0 for all that is known."""
    if numbers.unknown is None or not numbers.radius:
        return np.zeros(numbers.numerators.shape, dtype=bool)
    near = (numbers.numerators <= numbers.radius) & (numbers.numerators >= -numbers.radius)
    return np.asarray(numbers.unknown & near.astype(bool), dtype=bool)


def shifted(numbers: Exact, by: int) -> Array:
    """The numerators of what is not known, moved by so much."""
    if numbers.unknown is None or not by:
        return numbers.numerators
    return np.where(numbers.unknown, numbers.numerators.astype(object) + by, numbers.numerators)


def roomy(array: Array) -> Array:
    """The same numbers with room to be added up."""
    return array.astype(object) if array.dtype == np.int64 and integers.largest(array) > 2**50 else array


def contracted(contraction: Contraction, operands: tuple[Exact, ...]) -> Exact:
    """Σ of the products of a part, and how far the truth can be from it."""
    coefficient = contraction.part.coefficient
    if len(operands) > 2:
        first, rest = contraction.stepwise
        return contracted(rest, (contracted(first, operands[:2]), *operands[2:]))
    arrays = tuple(each.numerators for each in operands)
    if len(operands) == 1:
        arrays = (roomy(arrays[0]),)
    numerators = contract(contraction, arrays, integers.matrix_product)
    denominator = 1
    for each in operands:
        denominator *= each.denominator
    result = Exact(numerators, denominator, _radius(contraction, operands), in_doubt(contraction, operands))
    return scaled(result, coefficient)


def _radius(contraction: Contraction, operands: tuple[Exact, ...]) -> int:
    """|Σ ab − Σ a₀b₀| ≤ terms · (max|a₀|·r_b + max|b₀|·r_a + r_a·r_b)."""
    if not any(each.radius for each in operands):
        return 0
    terms = contraction.most_terms
    if len(operands) == 1:
        return terms * operands[0].radius
    first, second = operands
    a, b = integers.largest(first.numerators), integers.largest(second.numerators)
    return terms * (a * second.radius + b * first.radius + first.radius * second.radius)


def in_doubt(contraction: Contraction, operands: tuple[Exact, ...]) -> Array | None:
    """A sum is known if in every product both factors are, or one of them is exactly 0."""
    if all(each.unknown is None for each in operands):
        return None
    if len(operands) == 1:
        assert operands[0].unknown is not None
        return contract(contraction, (operands[0].unknown.astype(np.float64),), np.matmul) > 0
    marks, alive = [], []
    for each in operands:
        mark = np.zeros(each.numerators.shape, bool) if each.unknown is None else each.unknown
        marks.append(mark.astype(np.float64))
        alive.append((mark | (each.numerators != 0).astype(bool)).astype(np.float64))
    count = contract(contraction, (marks[0], alive[1]), np.matmul)
    count = count + contract(contraction, (alive[0], marks[1]), np.matmul)
    return count > 0


def product_of(first: Exact, second: Exact) -> Exact:
    """Number by number, the second one known exactly."""
    unknown = None if first.unknown is None else first.unknown & (second.numerators != 0)
    return Exact(
        integers.product(first.numerators, second.numerators),
        first.denominator * second.denominator,
        first.radius * integers.largest(second.numerators),
        unknown,
    )


def scaled(numbers: Exact, factor: Fraction) -> Exact:
    """A tensor times a constant."""
    if factor == 1:
        return numbers
    common = gcd(factor.numerator, numbers.denominator)
    return replace(
        numbers,
        numerators=integers.times(numbers.numerators, factor.numerator // common),
        denominator=numbers.denominator // common * factor.denominator,
        radius=numbers.radius * abs(factor.numerator) // common,
    )


def added(parts: list[Exact]) -> Exact:
    """The sum of tensors of one shape, over their common denominator."""
    denominator = lcm(*(part.denominator for part in parts))
    result: Exact | None = None
    for part in parts:
        factor = denominator // part.denominator
        numerators = integers.times(part.numerators, factor)
        if result is None:
            result = Exact(numerators, denominator, part.radius * factor, part.unknown)
            continue
        unknown = part.unknown if result.unknown is None else result.unknown
        if part.unknown is not None and result.unknown is not None:
            unknown = part.unknown | result.unknown
        result = Exact(
            integers.plus(result.numerators, numerators),
            denominator,
            result.radius + part.radius * factor,
            unknown,
        )
    assert result is not None
    return result
