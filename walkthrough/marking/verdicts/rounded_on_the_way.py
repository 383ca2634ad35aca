"""A line worked out by somebody who rounds within it: y(1 − y) ≈ 0.248, and only then −2.221 · 0.248.

What is on the way to a number may have been rounded or cut off as finely as the number itself shows, or
finer, and each part of it may have been left as it is. Somebody who rounds does it in one manner throughout
the line, so that what can come out is a handful of numbers, not all that lies between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import product
from typing import NamedTuple

from walkthrough.marking.verdicts.agreement import Agreement, WrittenRational, with_own
from walkthrough.marking.verdicts.calculation.enclosed_formulas import EnclosedFormula, Enclosures
from walkthrough.marking.verdicts.calculation.enclosed_steps import EnclosedStep, Ways
from walkthrough.marking.verdicts.calculation.enclosures import FAR, ZERO, Enclosure, NoValue, Rational, hull
from walkthrough.marking.verdicts.precision import Precision, magnitude, power_of_ten

_FINER = 3
_MOST_CHOICES = 128
_MOST_STEPS = 12
_FEWEST_DIGITS = 2

Rounds = Callable[[Enclosure], Enclosure]


class RoundingManner(NamedTuple):
    """How somebody rounds throughout a line: to this unit, or (unit 0) to so many significant digits."""

    unit: Rational
    digits: int
    cut: bool

    def of(self, value: Enclosure) -> Ways:
        """A number on the way, rounded; a whole number stays as it is.

        What is only known to lie between two numbers may be rounded to several.
        """
        low, high = value
        if low is high and low.q == 1:
            return (value,)
        first, last = self._rounded(low), self._rounded(high)
        if first == last:
            return ((first, first),)
        unit = self.unit or power_of_ten(magnitude(max(abs(first), abs(last))) - self.digits + 1)
        if last - first > unit * _MOST_STEPS:
            return ((first, last),)
        count = int(((last - first) / unit).p) // int(((last - first) / unit).q)
        steps = [first + unit * at for at in range(count + 1)]
        return tuple([(each, each) for each in (steps if steps[-1] == last else [*steps, last])])

    def _rounded(self, value: Rational) -> Rational:
        if value == ZERO or abs(value) >= FAR:
            return value
        unit = self.unit or power_of_ten(magnitude(value) - self.digits + 1)
        whole = abs(value) / unit
        above, below = int(whole.p), int(whole.q)
        count = above // below if self.cut else (2 * above + below) // (2 * below)
        return unit * count if value > ZERO else -unit * count


def agreement_on_the_way(
    said: WrittenRational, steps: Iterable[EnclosedStep], numbers: Enclosures
) -> Agreement | None:
    """How a written number agrees with what comes out if one rounds on the way as finely as it shows."""
    for formula in filter(None, (step.formula for step in steps)):
        try:
            within = _hulled(formula, numbers, [each.anyhow for each in _coarsest(said)])
        except NoValue:
            continue
        if with_own(said, (within,)) is None:
            continue
        for manner in _manners(said):
            found = with_own(said, tuple(_results(formula, numbers, manner)))
            if found is not None:
                return found
    return None


def reachable(said: WrittenRational, steps: Iterable[EnclosedStep], numbers: Enclosures) -> bool:
    """Whether a written number lies within all that could come out, however one rounds on the way."""
    rooms = [each.anyhow for each in _coarsest(said)]
    for step in steps:
        formula = step.formula
        try:
            ways = step.ways(numbers) if formula is None else (_hulled(formula, numbers, rooms),)
        except NoValue:
            continue
        if with_own(said, ways) is not None:
            return True
    return False


def ways_on_the_way(said: WrittenRational, steps: Iterable[EnclosedStep], numbers: Enclosures) -> Ways:
    """All that can have stood behind a written number if one rounds on the way as finely as it shows."""
    formulas = list(filter(None, (step.formula for step in steps)))
    found = (each for of in formulas for manner in _manners(said) for each in _results(of, numbers, manner))
    return tuple(_distinct(found))


def room_on_the_way(formula: EnclosedFormula, numbers: Enclosures, precision: Precision) -> Enclosure:
    """All that can come out if one rounds on the way as finely as elsewhere; raises NoValue."""
    return _hulled(formula, numbers, [precision.room])


def shortened(said: WrittenRational) -> Iterator[Rational]:
    """What a written number is at fewer digits, rounded or cut off: 0.93, 0.9276 and 0.9275 for 0.92757."""
    for digits in range(said.digits - 1, _FEWEST_DIGITS - 1, -1):
        for cut in (False, True):
            ((value, _),) = RoundingManner(ZERO, digits, cut).of(said.itself)
            if value != said.value:
                yield value


def _coarsest(said: WrittenRational) -> Iterator[Precision]:
    """The decimals and the significant digits that a number shows."""
    if said.units and said.units[0] < 1:
        yield Precision(0, said.units[0])
    digits = said.digits - len(said.units) + 1
    if digits >= _FEWEST_DIGITS:
        yield Precision(digits, ZERO)


def _manners(said: WrittenRational) -> Iterator[RoundingManner]:
    """The ways to round on the way, from the coarsest on; a decimal more than is shown, and digits."""
    for finer in range(_FINER):
        for digits, unit in _coarsest(said):
            if unit and finer > 1:
                continue
            for cut in (False, True):
                yield RoundingManner(unit / 10**finer, digits + finer if digits else 0, cut)


def _rounded_by_hand(formula: EnclosedFormula) -> bool:
    """Whether somebody may write a part down: it is worked out, and no mere change of sign."""
    named = isinstance(formula.shape, tuple) and formula.shape[0] == "negative"
    return formula.combine is not None and bool(formula.operands) and not named


def _hulled(formula: EnclosedFormula, numbers: Enclosures, rooms: Sequence[Rounds]) -> Enclosure:
    """Everything between the ends of what can come out."""
    if formula.combine is None or not formula.operands:
        return formula.of(numbers)
    inner = []
    for part in formula.inner:
        value = _hulled(part, numbers, rooms)
        inner.append(hull([value, *(room(value) for room in rooms)]) if _rounded_by_hand(part) else value)
    return formula.combine(inner)


def _results(formula: EnclosedFormula, numbers: Enclosures, manner: RoundingManner) -> list[Enclosure]:
    """What can come out, each part rounded in this manner or left as it is."""
    if formula.combine is None or not formula.operands:
        return [formula.of(numbers)]
    parts = [_carried(part, numbers, manner) for part in formula.inner]
    count = 1
    for each in parts:
        count *= len(each)
    if count <= _MOST_CHOICES:
        chosen: Iterable[tuple[Enclosure, ...]] = product(*parts)
    else:  # of many parts all are rounded, or none
        chosen = zip(*((part[0], hull(part[1:] or part)) for part in parts), strict=True)
    found = []
    for values in chosen:
        with suppress(NoValue):
            found.append(formula.combine(values))
    return _distinct(found)


def _distinct(values: Iterable[Enclosure]) -> list[Enclosure]:
    """Each once: compared, as a handful are, and hashing a fraction takes long."""
    found: list[Enclosure] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def _carried(part: EnclosedFormula, numbers: Enclosures, manner: RoundingManner) -> list[Enclosure]:
    """What a part may be carried on as: first as it is, last rounded throughout."""
    found = _results(part, numbers, manner)
    if not _rounded_by_hand(part):
        return found
    return _distinct([*found, *(each for value in found for each in manner.of(value))])
