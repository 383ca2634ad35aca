"""Which slips can give a number at all: the numbers that a step's slips give, kept in order.

A class works the same steps with the same operands again and again. So what every slip makes of them is
worked out once, and a written number is looked up among the results; only the slips that come near it
are played again, exactly. Operands that are met for the first time may be one person's alone: with them
every slip is played on the number that was written.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from math import isinf
from typing import NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.quantities import nearly, same_numbers
from walkthrough.slips import SlipKind, all_slips
from walkthrough.trace.steps.kinds import Ref
from walkthrough.workbook.operands import Operands
from walkthrough.workbook.reworked_steps import ReworkedStep, reworked
from walkthrough.workbook.workbook import Workbook

_MOST_TABLES = 2_000
_MOST_MET = 20_000
_MOST_TERMS = 80
"""A longer sum is not laid out for all its slips: they are found by what is missing from it."""
_ROOM = 1e-9

SlipResults: TypeAlias = tuple[list[float], list[int], list[float]]
"""What the slips give, in order, which slip each number is of, and how common that is in this place."""


class UsedOperands(NamedTuple):
    """What somebody has in the cells that the slips of a step depend on; `key` is to remember it by."""

    numbers: tuple[Quantity, ...]
    key: tuple[float, ...]


class _Tables:
    """The tables of one case, by cell and by the operands in it; the oldest go first."""

    def __init__(self) -> None:
        self.operands: dict[Ref, tuple[Ref, ...]] = {}
        self.slips: dict[Ref, tuple[tuple[int, SlipKind], ...]] = {}
        self._tables: OrderedDict[Hashable, tuple[tuple[Quantity, ...], SlipResults]] = OrderedDict()
        self._met: set[int] = set()

    def find(self, ref: Ref, used: UsedOperands) -> SlipResults | None:
        """The table of a step with these operands, if it is known."""
        known = self._tables.get((ref, used.key))
        return known[1] if known is not None and known[0] == used.numbers else None

    def met_before(self, ref: Ref, used: UsedOperands) -> bool:
        """Whether these operands were met before; from now on they were."""
        operands = hash((ref, used.key))
        if operands in self._met:
            return True
        if len(self._met) >= _MOST_MET:
            self._met.clear()
        self._met.add(operands)
        return False

    def keep(self, ref: Ref, used: UsedOperands, table: SlipResults) -> None:
        """Remembers a table."""
        self._tables[ref, used.key] = used.numbers, table
        if len(self._tables) > _MOST_TABLES:
            self._tables.popitem(last=False)


_OF_BOOKS: WeakKeyDictionary[Workbook, _Tables] = WeakKeyDictionary()


def _tables_of(book: Workbook) -> _Tables:
    tables = _OF_BOOKS.get(book)
    if tables is None:
        tables = _OF_BOOKS[book] = _Tables()
    return tables


def possible(own: ReworkedStep) -> Sequence[SlipKind]:
    """The slips that can give what is sought from this step, in the order of the shelf."""
    table = _table(own, at_once=False)
    slips = _slips_of(own)
    if own.sought is None or table is None:
        return [kind for _, kind in slips]
    low, high = nearly(own.sought.low), nearly(own.sought.high)
    room = 0 if isinf(low) or isinf(high) else (abs(low) + abs(high)) * _ROOM
    numbers, kinds, _ = table
    near = set(kinds[bisect_left(numbers, low - room) : bisect_right(numbers, high + room)])
    # some depend on the digits that were written, or on the sheet, which no table knows
    return [kind for at, kind in slips if at in near or untabled(kind)]


def _slips_of(own: ReworkedStep) -> tuple[tuple[int, SlipKind], ...]:
    """The slips that there are in a step at all, with their places on the shelf.

    One that gives nothing without having asked for a single number has found nothing in the equations, and
    finds nothing with anybody's numbers.
    """
    tables = _tables_of(own.book)
    known = tables.slips.get(own.ref)
    if known is None:
        everything = tuple(enumerate(all_slips()))
        known = tuple((at, kind) for at, kind in everything if untabled(kind) or _asks(kind, own))
        tables.slips[own.ref] = known
    return known


def _asks(kind: SlipKind, own: ReworkedStep) -> bool:
    """Whether a slip depends on any number."""
    numbers = own.number.noting()
    try:
        gives = next(iter(kind.play(reworked(own.book, own.ref, numbers))), None)
    except ArithmeticError:
        return True
    return gives is not None or bool(numbers.asked)


def untabled(kind: SlipKind) -> bool:
    """Whether what a slip gives depends on more than the operands of the step."""
    return kind.solves or kind.chapter == "writing"


def results(own: ReworkedStep) -> SlipResults | None:
    """What all slips make of a step, in order; None if it has too many terms, or no numbers."""
    return _table(own, at_once=True)


def operands_of_slips(book: Workbook, ref: Ref) -> tuple[Ref, ...]:
    """The cells that the slips of a step depend on, as far as it has been laid out; none if it has not."""
    return _tables_of(book).operands.get(ref, ())


def used_operands(book: Workbook, ref: Ref, numbers: Operands) -> UsedOperands | None:
    """What somebody has in these cells; None if none are known.

    Raises ArithmeticError where there is no such number.
    """
    wanted = operands_of_slips(book, ref)
    return numbers.once(("used", ref, len(wanted)), lambda: _used(map(numbers, wanted))) if wanted else None


def _used(numbers: Iterable[Quantity]) -> UsedOperands:
    all_of_them = tuple(numbers)
    return UsedOperands(all_of_them, same_numbers(all_of_them))


def _table(own: ReworkedStep, at_once: bool) -> SlipResults | None:
    """The table of this step with these operands; None if it has too many terms, or no numbers.

    If not `at_once`, operands that are met for the first time have none yet.
    """
    tables = _tables_of(own.book)
    try:
        used = used_operands(own.book, own.ref, own.number)
        if used is None and len(own.book.outlines(own.step)) > _MOST_TERMS:
            return None
        known = None if used is None else tables.find(own.ref, used)
        if known is None and used is not None and not at_once and not tables.met_before(own.ref, used):
            return None
        if known is None:
            numbers = own.number.noting()
            known = _laid_out(own, numbers)
            # where a factor is 0, nobody asks for what it is multiplied by: another person's may not be 0
            wanted = tables.operands.get(own.ref, ())
            wanted = tables.operands[own.ref] = tuple(dict.fromkeys((*wanted, *numbers.asked)))
            tables.keep(own.ref, _used(map(numbers, wanted)), known)
    except ArithmeticError:
        return None
    return known


def _laid_out(own: ReworkedStep, numbers: Operands) -> SlipResults:
    """Everything that every slip gives, in order."""
    free = reworked(own.book, own.ref, numbers)
    found: list[tuple[float, int, float]] = []
    for at, kind in _slips_of(own):
        if untabled(kind):
            continue
        try:
            for candidate in kind.play(free):
                found.append((nearly(candidate.value), at, kind.common / candidate.places))
        except ArithmeticError:
            continue
    found.sort()
    return [number for number, _, _ in found], [at for _, at, _ in found], [common for *_, common in found]
