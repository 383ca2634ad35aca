"""Somebody's own numbers: what they have for a cell, and what stands on their worksheet."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import inf, isinf
from typing import TypeAlias

from flint import fmpq

from walkthrough.numbers.formulas import Quantity
from walkthrough.trace.steps import Ref

Own: TypeAlias = Callable[[Ref], Fraction | None]
"""Somebody's own number in a cell; None where their numbers give nothing (the log of a negative one)."""


class NothingThere(ArithmeticError):
    """An operand that somebody's own numbers do not give."""


class Numbers:
    """Somebody's own numbers, each asked for once.

    `given` may answer first, with what the case gives and this person has not written otherwise.
    """

    def __init__(self, own: Own) -> None:
        self._own = own
        self._known: dict[Ref, Quantity] = {}
        self.given: Callable[[Ref], Quantity | None] = lambda _: None

    def __call__(self, ref: Ref) -> Quantity:
        """The number in a cell; raises NothingThere."""
        known = self._known.get(ref)
        if known is None:
            known = self.given(ref)
            if known is None:
                value = self._own(ref)
                if value is None:
                    raise NothingThere(f"{ref.tensor}")
                known = fmpq(value.numerator, value.denominator)
            self._known[ref] = known
        return known

    @property
    def asked(self) -> list[Ref]:
        """The cells whose numbers were asked for."""
        return list(self._known)

    def noting(self) -> Numbers:
        """The same numbers, none of them asked for yet."""
        other = Numbers(self._own)
        other.given = lambda ref: self._known[ref] if ref in self._known else self.given(ref)
        return other


class Page:
    """What stands on a worksheet, by cell, and where a number stands."""

    def __init__(self, numbers: Mapping[Ref, Quantity]) -> None:
        self.numbers = numbers
        self.cells = frozenset(numbers)
        """Which cells stand on it."""
        self._order = sorted(zip(same_numbers(tuple(numbers.values())), range(len(numbers)), strict=True))
        self._refs = list(numbers)

    def __contains__(self, ref: Ref) -> bool:
        return ref in self.numbers

    def about(self, low: Quantity, high: Quantity) -> list[tuple[Ref, Quantity]]:
        """The cells whose numbers lie between two, or very close to it."""
        first, last = nearly(low), nearly(high)
        room = 0 if isinf(first) or isinf(last) else (abs(first) + abs(last)) * 1e-12
        found = []
        for value, at in self._order[bisect_left(self._order, (first - room, 0)) :]:
            if value > last + room:
                break
            found.append((self._refs[at], self.numbers[self._refs[at]]))
        return found


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
