"""Replaying in exact numbers, or rounding every line by hand.

Sums, products, maxima and averages of rationals stay rational and are never rounded. After e^x, ln
or tanh a number is enclosed: its numerator is known to within `radius`. What cannot be told apart at
the precision at hand raises NeedsPrecision, and the replay is done again with more digits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np

from walkthrough.mathematics.contraction import Contraction
from walkthrough.mathematics.layout import Array, layout
from walkthrough.mathematics.notation import Entry, Expression, Index, Shape, entries
from walkthrough.numbers import integers
from walkthrough.numbers.arithmetic import Arithmetic, NeedsPrecision, Selection, ranked, shared
from walkthrough.numbers.balls import Vanishes, enclosed_values, settled
from walkthrough.numbers.exact import Exact, added, contracted, doubtful, product_of, roomy, scaled, shifted
from walkthrough.numbers.grid import GivenGrid


class ExactArithmetic(Arithmetic[Exact]):
    """Rational numbers as they are; others enclosed to within about 10^−precision.

    `same` tells whether two numbers of a tensor that are too close to tell apart are provably one
    number: it is given the tensor's name and two places in reading order (the second None for 0).
    `vanishes` tells the same of a formula that may be 0, at a kink.
    """

    def __init__(
        self,
        precision: int,
        same: Callable[[str, int, int | None], bool] | None = None,
        vanishes: Vanishes | None = None,
    ) -> None:
        self.precision = precision
        self._same = same
        self._vanishes = vanishes

    def given(self, grid: GivenGrid) -> Exact:
        """As written."""
        return Exact(grid.numerators, grid.denominator)

    def reshaped(self, numbers: Exact, shape: Shape) -> Exact:
        """The same numbers in another shape."""
        return self.structured(numbers, lambda array: array.reshape(shape))

    def structured(self, numbers: Exact, change: Callable[[Array], Array]) -> Exact:
        """Laid out otherwise; padding is known to be 0."""
        unknown = None if numbers.unknown is None else change(numbers.unknown)
        return replace(numbers, numerators=change(numbers.numerators), unknown=unknown)

    def sums(self, terms: list[tuple[Contraction, tuple[Exact, ...]]]) -> Exact:
        """Exactly; of enclosures, the enclosure of every possible sum."""
        return self.settle(added([contracted(contraction, operands) for contraction, operands in terms]))

    def function(
        self, expression: Expression, variables: tuple[Index, ...], read: Callable[[Entry], Exact]
    ) -> Exact:
        """Rational where it comes out rational, otherwise enclosed."""
        return self.enclosed(lambda bits: enclosed_values(expression, variables, read, bits, self._vanishes))

    def enclosed(self, values: Callable[[int], Array]) -> Exact:
        """The numbers that a computation gives at some number of bits."""
        return Exact(*settled(values(int(self.precision * 3.33) + 64), self.precision))

    def settle(self, numbers: Exact) -> Exact:
        """What is carried on after a line: here the number itself."""
        return numbers

    def winners(self, windows: Exact, places: Array, tie: str, name: str) -> Selection:
        """Certainly the largest, or certainly equal to it."""
        inside = places >= 0
        if windows.unknown is None or not windows.radius:
            return Selection(*ranked(windows.numerators, inside, tie))
        reach = 2 * windows.radius
        low = np.where(inside, windows.numerators, windows.numerators.min() - 2 * reach - 1)
        top = low.argmax(axis=-1)[..., None]
        best = inside & (low >= np.take_along_axis(low, top, axis=-1) - reach).astype(bool)
        for window in np.argwhere(best.sum(axis=-1) > 1):
            here = tuple(window)
            candidates = places[here][best[here]]
            self._certain(name, int(places[here][top[here][0]]), [int(each) for each in candidates])
        return Selection(*shared(best, tie))

    def _certain(self, name: str, top: int, candidates: list[int]) -> None:
        """Entries too close to tell apart must be provably the same number."""
        if not all(each == top or (self._same and self._same(name, each, top)) for each in candidates):
            raise NeedsPrecision(f"the largest entry of a window of {name}")

    def signs(self, numbers: Exact, name: str) -> Array:
        """Certain signs."""
        signs = np.sign(numbers.numerators).astype(np.int64)
        if numbers.unknown is None or not numbers.radius:
            return signs
        if doubtful(numbers).any():
            raise NeedsPrecision(f"the sign of a number of {name}")
        return signs

    def proven(self, numbers: Exact, name: str) -> Exact:
        """What cannot be told from 0 is 0 if that is provable: the enclosure alone never shows it."""
        places = np.flatnonzero(doubtful(numbers)) if self._same else ()
        zeros = [int(place) for place in places if self._same and self._same(name, int(place), None)]
        if not zeros:
            return numbers
        numerators, unknown = numbers.numerators.reshape(-1).copy(), numbers.unknown
        assert unknown is not None
        marks = unknown.reshape(-1).copy()
        numerators[zeros], marks[zeros] = 0, False
        return replace(
            numbers, numerators=numerators.reshape(unknown.shape), unknown=marks.reshape(unknown.shape)
        )

    def picked(self, windows: Exact, first: Array) -> Exact:
        """By place."""
        return self.structured(
            windows, lambda array: np.take_along_axis(array, first[..., None], axis=-1)[..., 0]
        )

    def routed(self, contraction: Contraction, upstream: Exact, selection: Selection) -> Exact:
        """Upstream times share, exactly."""
        shares = Exact(selection.shares, selection.denominator)
        return self.gathered(contraction, product_of(self.structured(upstream, contraction.single), shares))

    def gathered(self, contraction: Contraction, numbers: Exact) -> Exact:
        """Exactly; of enclosures, the enclosure of every possible sum."""
        unknown = numbers.unknown
        return self.settle(
            replace(
                numbers,
                numerators=contraction.gathered(roomy(numbers.numerators)),
                unknown=None if unknown is None else contraction.gathered(unknown.astype(np.int64)) > 0,
                radius=numbers.radius * contraction.most_places,
            )
        )

    def combined(self, numbers: list[Exact], coefficients: list[Fraction]) -> Exact:
        """A weighted sum."""
        return self.settle(added([scaled(each, c) for each, c in zip(numbers, coefficients, strict=True)]))


class RoundedArithmetic(ExactArithmetic):
    """As by hand: every line is rounded half-up to so many decimals, and carried on rounded.

    A number is `unknown` if its line, or a line before it, had to be rounded.
    """

    def __init__(self, decimals: int) -> None:
        super().__init__(precision=decimals + 20)
        self.decimals = decimals

    def settle(self, numbers: Exact) -> Exact:
        """Rounded half-up (a tie goes away from 0)."""
        unit = 10**self.decimals
        if unit % numbers.denominator == 0:
            return replace(
                numbers,
                numerators=integers.times(numbers.numerators, unit // numbers.denominator),
                denominator=unit,
            )
        scaled = integers.times(numbers.numerators, unit)
        rounded, changed = integers.halves_up(scaled, numbers.denominator)
        unknown = changed if numbers.unknown is None else changed | numbers.unknown
        return Exact(rounded, unit, 0, unknown if unknown.any() else None)

    def function(
        self, expression: Expression, variables: tuple[Index, ...], read: Callable[[Entry], Exact]
    ) -> Exact:
        """With as many digits as it takes to be sure of the rounding."""
        before = self._rounded_before(expression, variables, read)
        for precision in (self.precision, 4 * self.precision, 16 * self.precision):
            values = enclosed_values(expression, variables, read, int(precision * 3.33) + 64)
            result = Exact(*settled(values, precision))
            low = self.settle(replace(result, numerators=shifted(result, -result.radius), radius=0))
            high = self.settle(replace(result, numerators=shifted(result, result.radius), radius=0))
            if (low.numerators == high.numerators).all():
                unknown = np.zeros(low.numerators.shape, bool) if low.unknown is None else low.unknown
                unknown = unknown | before
                return replace(low, unknown=unknown if unknown.any() else None)
        raise NeedsPrecision("a line lies too close to a rounding tie")

    def _rounded_before(
        self, expression: Expression, variables: tuple[Index, ...], read: Callable[[Entry], Exact]
    ) -> Array:
        """Where a number that was rounded before goes into the line."""

        def doubt(entry: Entry) -> Array:
            numbers = read(entry)
            marks = np.zeros(numbers.numerators.shape, bool) if numbers.unknown is None else numbers.unknown
            return marks.astype(np.int64)

        return np.asarray(_touched(expression, variables, doubt) > 0)


def _touched(expression: Expression, variables: tuple[Index, ...], doubt: Callable[[Entry], Array]) -> Array:
    marks = np.zeros(tuple(index.extent for index in variables), dtype=np.int64)
    for entry, over in entries(expression):
        own = layout(entry, variables + over).seen(doubt(entry))
        marks = marks + own.sum(axis=tuple(range(len(variables), len(variables) + len(over))))
    return marks
