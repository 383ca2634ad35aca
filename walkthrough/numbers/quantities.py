"""Quantities: fractions in the quick exact arithmetic, and keys under which several are remembered."""

from __future__ import annotations

from fractions import Fraction
from math import inf

from flint import fmpq

from walkthrough.numbers.formulas import Quantity


def quantity(value: Fraction) -> Quantity:
    """The same number for quick exact arithmetic: ten times as quick as Python's own."""
    return fmpq(value.numerator, value.denominator)


def same_numbers(numbers: tuple[Quantity, ...]) -> tuple[float, ...]:
    """A key under which to remember numbers: nearly equal ones share it, so compare them as well.

    The exact ones make no good key: a rational of this kind is slow to hash.
    """
    try:
        return tuple([float(number) for number in numbers])
    except OverflowError:
        return tuple([nearly(number) for number in numbers])


def nearly(value: Quantity) -> float:
    """A number to about sixteen digits; infinite if it is too large for that."""
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf
