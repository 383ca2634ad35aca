"""What stands on somebody's worksheet: which number in which cell, and where a number stands."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from math import isinf

from flint import fmpq

from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.quantities import nearly, same_numbers
from walkthrough.trace.steps.kinds import Ref

_NONE = fmpq(0)


class SheetNumbers:
    """What stands on a worksheet, by cell, and where a number stands."""

    def __init__(self, numbers: Mapping[Ref, Quantity], units: Mapping[Ref, Quantity] | None = None) -> None:
        self.numbers = numbers
        self._units = units or {}
        self._coarsest: dict[str, Quantity] = {}
        for ref, unit in self._units.items():
            if unit > self._coarsest.get(ref.tensor, _NONE):
                self._coarsest[ref.tensor] = unit
        self.cells = frozenset(numbers)
        """Which cells stand on it."""
        order = sorted(zip(same_numbers(tuple(numbers.values())), range(len(numbers)), strict=True))
        refs = list(numbers)
        self._values = [value for value, _ in order]
        self._refs = [refs[at] for _, at in order]

    def __contains__(self, ref: object) -> bool:
        return ref in self.numbers

    def about(self, low: Quantity, high: Quantity) -> list[tuple[Ref, Quantity]]:
        """The cells whose numbers lie between two, or very close to it."""
        first, last = nearly(low), nearly(high)
        room = 0 if isinf(first) or isinf(last) else (abs(first) + abs(last)) * 1e-12
        start, end = bisect_left(self._values, first - room), bisect_right(self._values, last + room)
        return [(ref, self.numbers[ref]) for ref in self._refs[start:end]]

    def standing_for(self, value: Quantity, tensor: str) -> list[Ref]:
        """The cells of a tensor whose numbers are a value, rounded to the digits that are written there."""
        half = self._coarsest.get(tensor, _NONE) / 2
        near = [each for each in self.about(value - half, value + half) if each[0].tensor == tensor]
        return [ref for ref, number in near if abs(number - value) * 2 <= self._units.get(ref, _NONE)]
