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
from walkthrough.workbook.reworked_steps import ReworkedStep

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


@dataclass(frozen=True, slots=True)
class Use:
    """A given number in a step, and its places in a sum: the term, and which factor of it."""

    ref: Ref
    places: tuple[tuple[int, int], ...] = ()


def given_numbers(own: ReworkedStep) -> list[Use]:
    """The numbers in a step that the case gives, and that do not stand on the sheet as well, each once."""
    page = own.sought.page if own.sought is not None else ()
    return [use for use in _uses_of(own) if use.ref not in page]


def _uses_of(own: ReworkedStep) -> tuple[Use, ...]:
    step, given = own.step, own.book.given
    match step:
        case Given():
            return ()
        case Choice():
            refs = [ref for ref in step.candidates if ref is not None]
        case Gate():
            refs = [step.operand]
        case Formula():
            refs = operands(own)
        case _:
            return own.book.remember(("given numbers", own.ref), lambda: tuple(_uses_in_rows(own)))
    return tuple(Use(ref) for ref in dict.fromkeys(refs) if given(ref) is not None)


def _uses_in_rows(own: ReworkedStep) -> Iterator[Use]:
    used: dict[Ref, list[tuple[int, int]]] = {}
    for number, row in enumerate(own.rows):
        for at, ref in enumerate(row.refs):
            if ref is not None and own.book.given(ref) is not None:
                used.setdefault(ref, []).append((number, at))
    for ref, places in used.items():
        yield Use(ref, tuple(places))


def numbers_misread(own: ReworkedStep) -> Candidates:
    """What the step gives with one of its given numbers misread."""
    uses = given_numbers(own)
    if not uses or len(uses) > _MOST_GIVEN:
        return
    missing = _missing(own) if uses[0].places else None
    for use in uses:
        times = _times(own, use) if use.places else None
        possible = misreadings(own, use.ref)
        near = possible.all if missing is None or times is None else possible.off_by(*_room(missing, times))
        for misreading in near:
            value = _value(own, use.ref, misreading.number, times)
            if value is not None and own.fits(value):
                yield _candidate(own, use, misreading, value, len(uses))


def _times(own: ReworkedStep, use: Use) -> Quantity:
    """What a given number is multiplied by in a sum."""
    result: Quantity = fmpq(0)
    for number, at in use.places:
        row = own.rows[number]
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


def _candidate(own: ReworkedStep, use: Use, misreading: Misreading, value: Quantity, of: int) -> Candidate:
    ref, number = use.ref, misreading.number
    before = own.number(ref)

    def told() -> Told:
        condition = f"the {text(before)} of {own.book.name(ref)} {misreading.said}"
        if len(use.places) != 1:
            return Told(condition, line_with(own, value, {ref: number}))
        ((place, at),) = use.places
        row = own.rows[place]
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
