"""Given numbers that somebody reads as others: without the minus, with a digit changed, as a neighbour."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flint import fmpq

from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.quantities import nearly
from walkthrough.numbers.written import read_number
from walkthrough.slips import Candidate, Candidates, Told
from walkthrough.slips._functions import line_with, operands
from walkthrough.slips._lines import equals, text
from walkthrough.slips._neighbours import beside, bracketed
from walkthrough.trace.steps.kinds import Choice, Formula, Gate, Given, Ref
from walkthrough.workbook.reworked_steps import ReworkedRow, ReworkedStep

_MOST_GIVEN = 200
_LONGEST = 12


@dataclass(frozen=True, slots=True)
class Misreading:
    """Another number in the place of a given one; `places` is in how many such ways it can be misread."""

    number: Quantity
    said: str
    places: int


class Misreadings:
    """What a given number may be taken for, and how far off each lies."""

    def __init__(self, given: Quantity, all_of_them: Iterable[Misreading]) -> None:
        self.all = tuple(all_of_them)
        off = sorted((nearly(each.number - given), at) for at, each in enumerate(self.all))
        self._off = [apart for apart, _ in off]
        self._places = [at for _, at in off]

    def off_by(self, low: float, high: float) -> list[Misreading]:
        """Those that lie so far off, in the order in which they were thought of."""
        near = self._places[bisect_left(self._off, low) : bisect_right(self._off, high)]
        return [self.all[at] for at in sorted(near)]


def misreadings(own: ReworkedStep, ref: Ref) -> Misreadings:
    """What a given number may be taken for."""
    right = own.book.given(ref)
    assert right is not None
    return own.book.remember(("misreadings", ref), lambda: Misreadings(right, _misreadings(own, ref)))


def _misreadings(own: ReworkedStep, ref: Ref) -> Iterator[Misreading]:
    right = own.book.given(ref)
    assert right is not None
    seen = {right}
    if right:
        seen.add(-right)
        yield Misreading(-right, f"is read as {text(-right)}", 1)
    for other, where in beside(own, ref):
        number = own.book.given(other)
        if number is not None and number not in seen:
            seen.add(number)
            yield Misreading(number, f"is read as {text(number)}, which stands one step {where}", 4)
    changed = [number for number in _digits_changed(right) if number not in seen]
    for number in dict.fromkeys(changed):
        yield Misreading(number, f"is read as {text(number)}", len(changed))


def _digits_changed(right: Quantity) -> Iterator[Quantity]:
    """A digit read as another one, two neighbouring ones exchanged, one left out."""
    said = text(right).removeprefix("−")
    if "·" in said or "/" in said or len(said) > _LONGEST:
        return
    sign = -1 if right < 0 else 1
    for at, digit in enumerate(said):
        if digit == ".":
            continue
        others = [said[:at] + other + said[at + 1 :] for other in "0123456789" if other != digit]
        if at + 1 < len(said) and said[at + 1] != ".":
            others.append(said[:at] + said[at + 1] + digit + said[at + 2 :])
        if len(said) > 1:
            others.append(said[:at] + said[at + 1 :])
        for other in others:
            if other.strip("."):
                value = read_number(other).value
                yield fmpq(sign * value.numerator, value.denominator)


def given_operands(own: ReworkedStep) -> list[Ref]:
    """The numbers in a step that the case gives, each once."""
    step = own.step
    match step:
        case Given():
            return []
        case Choice():
            refs = [ref for ref in step.candidates if ref is not None]
        case Gate():
            refs = [step.operand]
        case Formula():
            refs = operands(own)
        case _:
            refs = [ref for row in own.rows for ref in row.refs if ref is not None]
    page = own.sought.page if own.sought is not None else ()
    given = [ref for ref in refs if ref not in page and own.book.given(ref) is not None]
    return list(dict.fromkeys(given))


def numbers_misread(own: ReworkedStep) -> Candidates:
    """What the step gives with one of its given numbers misread."""
    given = given_operands(own)
    if not given or len(given) > _MOST_GIVEN:
        return
    rows: dict[Ref, list[tuple[ReworkedRow, int]]] = {}
    if not isinstance(own.step, Choice | Gate | Formula):
        for row in own.rows:
            for at, ref in enumerate(row.refs):
                if ref is not None:
                    rows.setdefault(ref, []).append((row, at))
    missing = _missing(own) if rows else None
    for ref in given:
        used = rows.get(ref, [])
        times = _times(used)
        possible = misreadings(own, ref)
        near = possible.all if missing is None else possible.off_by(*_room(missing, times))
        for misreading in near:
            value = _value(own, ref, misreading.number, times if rows else None)
            if value is not None and own.fits(value):
                yield _candidate(own, ref, misreading, value, used, len(given))


def _times(used: list[tuple[ReworkedRow, int]]) -> Quantity:
    """What a given number is multiplied by in a sum."""
    result: Quantity = fmpq(0)
    for row, at in used:
        others = row.coefficient
        for position, value in enumerate(row.values):
            others = others if position == at else others * value
        result = result + others
    return result


def _missing(own: ReworkedStep) -> tuple[float, float] | None:
    """Roughly what must be added to the right sum for it to come out as written."""
    if own.sought is None:
        return None
    return nearly(own.sought.low - own.right), nearly(own.sought.high - own.right)


def _room(missing: tuple[float, float], times: Quantity) -> tuple[float, float]:
    """Roughly how far from the right one the number taken must lie, so many `times` as it is used."""
    factor = nearly(times)
    if not factor:
        return 1.0, 0.0
    low, high = sorted((missing[0] / factor, missing[1] / factor))
    room = (abs(low) + abs(high)) * 1e-9
    return low - room, high + room


def _value(own: ReworkedStep, ref: Ref, number: Quantity, times: Quantity | None) -> Quantity | None:
    before = own.number(ref)
    if times is not None:
        return own.right + times * (number - before)
    try:
        return own.with_given(ref, number)
    except ArithmeticError:
        return None


def _candidate(
    own: ReworkedStep,
    ref: Ref,
    misreading: Misreading,
    value: Quantity,
    used: list[tuple[ReworkedRow, int]],
    of: int,
) -> Candidate:
    before, number = own.number(ref), misreading.number

    def told() -> Told:
        condition = f"the {text(before)} of {own.book.name(ref)} {misreading.said}"
        if len(used) != 1:
            return Told(condition, line_with(own, value, {ref: number}))
        ((row, at),) = used
        taken = row._replace(values=(*row.values[:at], number, *row.values[at + 1 :]))
        left = f"{text(own.right)} − {bracketed(row)} + {bracketed(taken)}"
        return Told(condition, equals(left, value, own.right, *row.values, number))

    return Candidate(
        value,
        told,
        ref,
        misreading.places * of,
        f"{own.book.name(ref)} taken as {text(number)}",
        across=True,
        again=lambda other: other.with_given(ref, number),
    )
