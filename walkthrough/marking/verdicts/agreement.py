"""Whether a written number agrees with what it stands for: exactly, rounded, or cut off.

A written number w stands for the closed interval from w − ½ unit to w + ½ unit of its last digit. There
is no tolerance anywhere. A number that was cut off lies up to one unit further from 0 than it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple, TypeAlias

from flint import fmpq

from walkthrough.marking.marked_worksheets import WrittenNumber
from walkthrough.marking.verdicts.calculation.enclosures import ZERO, Enclosure, Rational
from walkthrough.numbers.quantities import quantity
from walkthrough.numbers.written import digits

How: TypeAlias = Literal["exact", "rounded", "cut-off"]

_TWO = fmpq(2)
_LONG = 10**6


class Agreement(NamedTuple):
    """How a written number agrees, and with which unit for its last digit (0: to the last digit of all)."""

    how: How
    unit: Rational


class WrittenRational(NamedTuple):
    """A written number, for quick arithmetic; `digits` are its significant ones (0 for a 0 or a fraction)."""

    value: Rational
    units: tuple[Rational, ...]
    itself: Enclosure
    digits: int

    @classmethod
    def of(cls, number: WrittenNumber) -> WrittenRational:
        """What somebody wrote."""
        value = quantity(number.value)
        units = tuple(quantity(unit) for unit in number.units)
        return cls(value, units, (value, value), _significant(value, units[0]) if units and value else 0)

    def coarsest(self, value: Enclosure) -> Rational:
        """The unit that the last digit has at most, if it stands for this value."""
        return self.units[0] if _whole(value) else self.units[-1]

    @property
    def faint(self) -> bool:
        """Whether it is a 0 with decimals, `0.00`: so many digits of a number that need not be 0."""
        return not self.value and bool(self.units) and bool(self.units[0] < 1)

    def room(self, unit: Rational) -> Enclosure:
        """Where a number can have stood before it was rounded or cut off to this."""
        value, half = self.value, unit / _TWO
        low = value - unit if value <= ZERO else value - half
        high = value + unit if value >= ZERO else value + half
        return low, high

    def enough(self, agreement: Agreement | None) -> bool:
        """Whether at least two significant digits were written, where the value has more."""
        return agreement is None or agreement.how == "exact" or _significant(self.value, agreement.unit) > 1


def _significant(value: Rational, unit: Rational) -> int:
    """How many significant digits there are, if the last of them has this unit."""
    return len(digits(abs(int((value / unit).p))))


def with_truth(
    said: WrittenRational, truth: Enclosure, nearer: Callable[[int], Enclosure]
) -> Agreement | None:
    """How the written number agrees with the true value.

    A written 0 agrees with nothing but 0, and 0.00 with what has no digit before its third decimal. The zeros
    at the end of 270 are digits where the value is a whole number, as 266 is. `nearer` gives the true value
    to so many digits, for the rare number that its enclosure cannot judge.
    """
    value, units = said.value, said.units
    if truth[0] is truth[1] and truth[0] == value:
        return Agreement("exact", ZERO)
    if value == ZERO:
        return _no_digit(units[0], [truth]) if said.faint else None
    units = units[:1] if _whole(truth) else units
    for unit in units:
        half = unit / _TWO
        if _within(value - half, value + half, truth, nearer):
            return Agreement("rounded", unit)
    for unit in units:
        far = value + unit if value > ZERO else value - unit
        # what stands a whole unit further out is the next number
        if far != truth[0] and _within(min(value, far), max(value, far), truth, nearer):
            return Agreement("cut-off", unit)
    return None


def _within(low: Rational, high: Rational, truth: Enclosure, nearer: Callable[[int], Enclosure]) -> bool:
    for precision in (80, 320, 1280, 5120):
        if low <= truth[0] and truth[1] <= high:
            return True
        if truth[1] < low or high < truth[0]:
            return False
        truth = nearer(precision)
    return True


def with_own(said: WrittenRational, ways: tuple[Enclosure, ...]) -> Agreement | None:
    """How the written number agrees with something that one's own values allow.

    A written 0 agrees only if they can give exactly 0.
    """
    value, units = said.value, said.units
    if any(low <= value <= high for low, high in ways):
        sure = not units or any(low == value == high for low, high in ways)
        return Agreement("exact", ZERO) if sure else Agreement("rounded", units[0])
    if value == ZERO:
        return _no_digit(units[0], ways) if said.faint else None
    if len(units) > 1:  # a whole number of a few digits is what was written, or it is not
        ways = tuple([way for way in ways if not _whole(way)])
    for unit in units:
        half = unit / _TWO
        if any(low <= value + half and value - half <= high for low, high in ways):
            return Agreement("rounded", unit)
    for unit in units:
        if any(_cut(value, unit, way) for way in ways):
            return Agreement("cut-off", unit)
    return None


def _no_digit(unit: Rational, ways: Iterable[Enclosure]) -> Agreement | None:
    """How 0.00 agrees with what is nearer to 0 than its last digit can say."""
    half = unit / _TWO
    if any(low <= half and -half <= high for low, high in ways):
        return Agreement("rounded", unit)
    if any(low < unit and -unit < high for low, high in ways):
        return Agreement("cut-off", unit)
    return None


def _whole(value: Enclosure) -> bool:
    """Whether it is a whole number of so few digits that nobody rounds it: then its zeros are digits, too."""
    low, high = value
    return low is high and low.q == 1 and abs(low) < _LONG


def _cut(value: Rational, unit: Rational, way: Enclosure) -> bool:
    low, high = way
    if value > ZERO:
        return bool(value <= high and low < value + unit)
    return bool(low <= value and value - unit < high)
