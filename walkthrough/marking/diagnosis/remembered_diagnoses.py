"""What is said of a wrong number, remembered: a class makes the same mistake with the same numbers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

from flint import ctx

from walkthrough.marking.diagnosis.clues import Clue, clues_of
from walkthrough.marking.diagnosis.findings import (
    SLIP_BITS,
    OwnNumbers,
    findings_with,
    likeliest_first,
    told,
)
from walkthrough.marking.diagnosis.inverse_steps import links
from walkthrough.marking.diagnosis.possible_slips import operands_of_slips, used_operands
from walkthrough.marking.marked_worksheets import NumberClaim, Slip
from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.quantities import quantity, same_numbers
from walkthrough.trace.steps.kinds import Ref
from walkthrough.workbook.operands import Operands
from walkthrough.workbook.reworked_steps import reworked
from walkthrough.workbook.sheet_numbers import SheetNumbers
from walkthrough.workbook.workbook import Workbook

MOST_SLIPS = 5
_CLEAR = 4.0
"""From this score on, the numbers as written explain it well enough, and the unrounded ones are not tried."""
_MOST_REMEMBERED = 4_000
_MOST_LAYOUTS = 500
_LONGEST = 40


class Weighed(NamedTuple):
    """A slip, and how common it is in its place."""

    score: float
    slip: Slip


@dataclass(frozen=True, slots=True)
class Explanation:
    """The likeliest slips, and which unit of the written number they fit.

    `clues` are the misreadings that may be the cause of other numbers as well, coincidences too. `right` if
    the number is none to explain: it is right with these operands.
    """

    slips: tuple[Weighed, ...] = ()
    clues: tuple[Clue, ...] = ()
    unit: int = 0
    right: bool = False

    @property
    def likeliest(self) -> tuple[Slip, ...]:
        """As many slips as are told."""
        return tuple(each.slip for each in self.slips[:MOST_SLIPS])


@dataclass(frozen=True, slots=True)
class _Situation:
    """All that an explanation depends on: a key, and the numbers that must be the same.

    `wanted` are the cells in which most of them stand, as far as that was known.
    """

    key: Hashable
    numbers: tuple[Quantity, ...]
    wanted: tuple[Ref, ...]


class _Remembered:
    """The explanations on one case, and which cells stand on a worksheet: in a class, mostly the same."""

    def __init__(self) -> None:
        self._explanations: OrderedDict[Hashable, tuple[_Situation, Explanation]] = OrderedDict()
        self._layouts: dict[frozenset[Ref], frozenset[Ref]] = {}

    def layout(self, page: SheetNumbers) -> int:
        """A number that two worksheets share if the same cells stand on them."""
        if len(self._layouts) > _MOST_LAYOUTS:
            self._layouts.clear()
            self._explanations.clear()
        if page.cells not in self._layouts or page.cells is not self._layouts[page.cells]:
            page.cells = self._layouts.setdefault(page.cells, page.cells)
        return id(page.cells)

    def find(self, situation: _Situation) -> Explanation | None:
        """What was said in the same situation."""
        known = self._explanations.get(situation.key)
        return known[1] if known is not None and known[0].numbers == situation.numbers else None

    def keep(self, situation: _Situation, made: Explanation) -> None:
        """Remembers an explanation; the oldest goes."""
        self._explanations[situation.key] = situation, made
        if len(self._explanations) > _MOST_REMEMBERED:
            self._explanations.popitem(last=False)


_OF_BOOKS: WeakKeyDictionary[Workbook, _Remembered] = WeakKeyDictionary()


def explained(claim: NumberClaim, book: Workbook, own: OwnNumbers) -> Explanation:
    """The slips that give a wrong claim's number, the likeliest first."""
    own.about(book)
    several: list[Explanation] = []
    with ctx.workprec(SLIP_BITS):
        copied = _copied(claim, own)
        for numbers in own.ways(book, Ref(claim.tensor, claim.at)):
            several.append(_explanation(numbers, claim, book, own, copied))
            if several[-1].right:
                return Explanation(right=True)
            if any(each.score >= _CLEAR for each in several[-1].slips):
                break
            if len(several) > 1 and any(each.slips for each in several):
                break  # numbers carried each in its own way are tried where nothing else gives it
    unit = min(each.unit for each in several)
    best: dict[str, Weighed] = {}
    clues: dict[object, Clue] = {}
    for each in several:
        for weighed in each.slips if each.unit == unit else ():
            word = weighed.slip.slip
            if word not in best or best[word].score < weighed.score:
                best[word] = weighed
        for clue in each.clues:
            clues.setdefault(clue.name, clue)
    ordered = sorted(best.values(), key=lambda weighed: -weighed.score)
    return Explanation(tuple(ordered), tuple(clues.values()), unit)


def _copied(claim: NumberClaim, own: OwnNumbers) -> list[tuple[Ref, Quantity]]:
    """What could have been copied from elsewhere."""
    if claim.number is None:
        return []
    value = own.looked_into(claim).value
    room = quantity(claim.number.units[-1]) / 2 if claim.number.units else 0 * value
    return own.page.about(value - room, value + room)


def _explanation(
    numbers: Operands,
    claim: NumberClaim,
    book: Workbook,
    own: OwnNumbers,
    copied: Sequence[tuple[Ref, Quantity]],
) -> Explanation:
    """With one kind of one's own numbers: from memory, if somebody had the same operands."""
    remembered = _OF_BOOKS.get(book)
    if remembered is None:
        remembered = _OF_BOOKS[book] = _Remembered()
    layout = remembered.layout(own.page)
    before = _situation(numbers, claim, book, own, layout, copied)
    known = remembered.find(before) if before is not None else None
    if known is not None:
        return known
    found = findings_with(numbers, claim, book, own)
    if found is None:
        made = Explanation((), right=True)
    else:
        unit, several = found
        likeliest = likeliest_first(several)[:MOST_SLIPS]
        made = Explanation(
            tuple(Weighed(each.score, told(each, claim, book)) for each in likeliest),
            tuple(clues_of(several, Ref(claim.tensor, claim.at))),
            unit,
        )
    if not _leads_further(numbers, claim, book, own):
        after = before
        if before is None or before.wanted != operands_of_slips(book, Ref(claim.tensor, claim.at)):
            after = _situation(numbers, claim, book, own, layout, copied)  # more turned out to matter
        if after is not None:
            remembered.keep(after, made)
    return made


def _situation(
    numbers: Operands,
    claim: NumberClaim,
    book: Workbook,
    own: OwnNumbers,
    layout: int,
    copied: Sequence[tuple[Ref, Quantity]],
) -> _Situation | None:
    """All that an explanation depends on; None if that is too much, or not known yet."""
    if claim.number is None or len(claim.written) > _LONGEST:
        return None
    ref = own.looked_into(claim).ref
    try:
        used = used_operands(book, ref, numbers)
        if used is None:
            return None
        # what could stand in its place, if two cells of the tensor were exchanged
        here = reworked(book, ref, numbers)
        exchanged = own.page.standing_for(here.right, ref.tensor)
        beside = (*(number for _, number in copied), *map(here.right_of, exchanged))
    except ArithmeticError:
        return None
    cells = (*(each for each, _ in copied), *exchanged)
    value = claim.number.value.numerator
    key = (ref, claim.written, value, layout, cells, used.key, same_numbers(beside))
    return _Situation(key, (*used.numbers, *beside), operands_of_slips(book, ref))


def _leads_further(numbers: Operands, claim: NumberClaim, book: Workbook, own: OwnNumbers) -> bool:
    """Whether slips were sought behind the step as well, where other operands count."""
    if claim.number is None:
        return False
    ref, _, sought = own.looked_into(claim)
    return any(links(reworked(book, ref, numbers, sought[0]), own.page))
