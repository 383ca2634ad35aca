"""What stands on somebody's worksheet: which number in which cell, and where a number stands."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from math import isinf

from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.quantities import nearly, same_numbers
from walkthrough.trace.steps import Ref


class SheetNumbers:
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
