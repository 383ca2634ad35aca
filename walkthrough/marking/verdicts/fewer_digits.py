"""A number that somebody went on with at fewer digits than they wrote: 0.92757, and then 0.9275.

That is believed only where one such rounding explains several numbers that nothing else does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from walkthrough.marking.verdicts.agreement import WrittenRational, with_own
from walkthrough.marking.verdicts.calculation.enclosed_calculation import Calculation
from walkthrough.marking.verdicts.calculation.enclosures import Enclosure, NoValue, Rational
from walkthrough.marking.verdicts.carried_numbers import DifferingNumbers
from walkthrough.marking.verdicts.rounded_on_the_way import agreement_on_the_way, shortened

_SEVERAL = 2
_FEWEST_DIGITS = 3
_NEAR = 20
"""Fewer digits change a result by a twentieth at most: whatever is further off has another cause."""


class Shortened(NamedTuple):
    """Which number was gone on with at fewer digits, as what, and which numbers that explains."""

    number: int
    value: Rational
    explains: tuple[int, ...]


def used_with_fewer_digits(
    calculation: Calculation,
    written: dict[int, WrittenRational],
    wrong: Sequence[int],
    numbers: DifferingNumbers,
) -> Shortened | None:
    """The one written number that, taken at fewer digits, explains several wrong ones; None if none does."""
    near = [number for number in wrong if _near(written[number], numbers.before(number))]
    if len(near) < _SEVERAL:
        return None
    behind: dict[int, list[int]] = {}
    for number in near:
        for operand in calculation.node(number).operands:
            if operand in written and written[operand].digits >= _FEWEST_DIGITS:
                behind.setdefault(operand, []).append(number)
    best: Shortened | None = None
    for operand, several in behind.items():
        if len(several) < _SEVERAL:
            continue
        for value in shortened(written[operand]):
            instead = _Instead(numbers, operand, value)
            explains = tuple(
                each for each in several if _explained(calculation, each, written[each], instead)
            )
            if len(explains) >= _SEVERAL and (best is None or len(explains) > len(best.explains)):
                best = Shortened(operand, value, explains)
    return best


def _near(said: WrittenRational, ways: Sequence[Enclosure]) -> bool:
    return any(abs(said.value - end) * _NEAR <= abs(end) for low, high in ways for end in (low, high))


def _explained(calculation: Calculation, number: int, said: WrittenRational, instead: _Instead) -> bool:
    steps = calculation.node(number).steps
    for step in steps:
        try:
            if with_own(said, step.ways(instead)) is not None:
                return True
        except NoValue:
            continue
    return agreement_on_the_way(said, steps, instead) is not None


class _Instead(dict[int, Enclosure]):
    """Somebody's numbers, but for one."""

    def __init__(self, numbers: DifferingNumbers, number: int, value: Rational) -> None:
        super().__init__({number: (value, value)})
        self._numbers = numbers

    def __missing__(self, number: int) -> Enclosure:
        return self._numbers[number]

    def __contains__(self, number: object) -> bool:
        return super().__contains__(number) or number in self._numbers

    def __iter__(self) -> Iterator[int]:
        yield from {*super().__iter__(), *self._numbers}
