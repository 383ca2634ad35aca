"""What stands on somebody's worksheet: which number in which cell, and where a number stands."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from math import isinf

from flint import fmpq

from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.quantities import nearly, same_numbers
from walkthrough.trace.steps.kinds import Ref


class SheetNumbers:
    """What stands on a worksheet, by cell, and where a number stands."""

    def __init__(self, numbers: Mapping[Ref, Quantity], units: Mapping[Ref, Quantity] | None = None) -> None:
        self.numbers = numbers
        self._units = units or {}
        self._coarsest = max(self._units.values(), default=fmpq(0))
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

    def standing_for(self, value: Quantity) -> list[Ref]:
        """The cells whose numbers are a value, rounded to the digits that are written there."""
        half = self._coarsest / 2
        near = self.about(value - half, value + half)
        return [ref for ref, number in near if abs(number - value) * 2 <= self._units.get(ref, 0)]
