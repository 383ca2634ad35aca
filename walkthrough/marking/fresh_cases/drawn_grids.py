"""Other numbers for a grid: as many, as fine and as large, with as many zeros and minus signs about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from walkthrough.numbers.grid import GivenGrid
from walkthrough.numbers.written import Written, digits, read_number

_MOST_ZEROS = Fraction(1, 2)
_LEAST_WHOLE, _MOST_WHOLE, _INSTEAD = 3, 9, 5
"""Whole numbers have one digit: up to 3 at least, and up to 5 where there were longer ones."""
_LEAST_STEPS = 5
"""So many steps (0.1 to 0.5) where a number has decimals; one alone would leave nothing to draw."""


@dataclass(frozen=True, slots=True)
class DrawingManner:
    """How the numbers of a grid are written: in steps of `unit`, up to `most` of them.

    `zeros` is how many are 0, `minus` how many of the others are negative. `decimals` is None for
    fractions, such as 1/3.
    """

    unit: Fraction
    most: int
    zeros: Fraction
    minus: Fraction
    decimals: int | None

    @classmethod
    def of(cls, grid: GivenGrid) -> DrawingManner:
        """The manner of the numbers that stand in a grid."""
        written = _written(grid)
        values = [each.value for each in written]
        others = [value for value in values if value]
        zeros = min(Fraction(len(values) - len(others), len(values)), _MOST_ZEROS)
        minus = Fraction(sum(value < 0 for value in others), len(others)) if others else Fraction(1, 3)
        if any(each.unit is None for each in written):
            return cls(Fraction(1, grid.denominator), _steps(values, grid.denominator), zeros, minus, None)
        decimals = max(len(digits((1 / each.unit).numerator)) - 1 for each in written if each.unit)
        if decimals:
            most = max(_LEAST_STEPS, _steps(values, 10**decimals))
        else:
            most = max(_LEAST_WHOLE, _steps(values, 1))
            most = most if most <= _MOST_WHOLE else _INSTEAD
        return cls(Fraction(1, 10**decimals), most, zeros, minus, decimals)

    def draw(self, chance: Random) -> Written:
        """One more number in this manner."""
        if _happens(self.zeros, chance):
            return Written("0", Fraction(0), Fraction(1))
        steps = chance.randint(1, self.most)
        value = self.unit * (-steps if _happens(self.minus, chance) else steps)
        if self.decimals is None:
            return Written.of(value)
        text = digits(steps).rjust(self.decimals + 1, "0")
        point = len(text) - self.decimals
        text = text[:point] + ("." + text[point:] if self.decimals else "")
        return Written("-" + text if value < 0 else text, value, self.unit)


def drawn(grid: GivenGrid, chance: Random) -> GivenGrid:
    """A grid of the same shape, written in the same manner; a black and white image has more shades then."""
    manner = DrawingManner.of(grid)
    return GivenGrid.of((manner.draw(chance) for _ in range(grid.size)), grid.shape)


def drawn_constant(grid: GivenGrid, chance: Random) -> GivenGrid:
    """The same for what is given and not learned: a mask of 0 and 1 is shuffled."""
    return shuffled(grid, chance) if set(grid.values()) == {0, 1} else drawn(grid, chance)


def drawn_target(grid: GivenGrid, chance: Random) -> GivenGrid:
    """Another target: another class, 0 for 1, −1 for 1, or other numbers where it is none of these."""
    values = set(grid.values())
    if grid.size > 1 and sum(grid.values()) == 1:
        return shuffled(grid, chance)
    for pair in ({Fraction(0), Fraction(1)}, {Fraction(-1), Fraction(1)}):
        if values <= pair:
            ends = [Written.of(each) for each in sorted(pair)]
            return GivenGrid.of((chance.choice(ends) for _ in range(grid.size)), grid.shape)
    return drawn(grid, chance)


def shuffled(grid: GivenGrid, chance: Random) -> GivenGrid:
    """The same numbers in another order."""
    numbers = _written(grid)
    chance.shuffle(numbers)
    return GivenGrid.of(numbers, grid.shape)


def _written(grid: GivenGrid) -> list[Written]:
    if grid.texts is None:
        return [Written.of(value) for value in grid.values()]
    return [read_number(text) for text in grid.texts]


def _steps(values: Iterable[Fraction], below: int) -> int:
    """The largest size among them, in steps of 1/below."""
    return max((int(abs(value) * below) for value in values), default=0)


def _happens(share: Fraction, chance: Random) -> bool:
    return chance.randrange(share.denominator) < share.numerator
