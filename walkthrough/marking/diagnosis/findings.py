"""What slips give a written number: sought from somebody's own numbers, never from the true ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from flint import arb, ctx

from walkthrough.marking.diagnosis.chance import MOST, share_explained
from walkthrough.marking.diagnosis.inverse_steps import Link, links
from walkthrough.marking.diagnosis.possible_slips import possible
from walkthrough.marking.marked_worksheets import NumberClaim, Slip
from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.quantities import quantity
from walkthrough.numbers.shown import Shown
from walkthrough.slips import Candidate, SlipKind
from walkthrough.slips._lines import shown_value, text
from walkthrough.slips.writing import copied_from
from walkthrough.trace.steps.kinds import Ref
from walkthrough.words.messages import printable
from walkthrough.workbook.operands import Operands, Own
from walkthrough.workbook.reworked_steps import ReworkedStep, Sought, reworked
from walkthrough.workbook.sheet_numbers import SheetNumbers
from walkthrough.workbook.workbook import Workbook

SLIP_BITS = 256
_DEEPEST = 4
_HIDDEN = 0.6
"""How much less likely a slip is behind one more cell that is not on the sheet."""
_EXACTLY = 2.0
"""How much likelier a slip is that gives the written number itself, not only rounded."""
_MOST_CARRIED = 4
_LONGEST_NUMBER = 40
_LONGEST_COUNTED = 10**6
_MOST_UNITS = 7
"""Nobody rounds to more than millions."""


class Looked(NamedTuple):
    """A claim that is looked into: its cell, its number, and what is sought for each unit it may have."""

    ref: Ref
    value: Quantity
    sought: tuple[Sought, ...]


class OwnNumbers:
    """One person's numbers: as they wrote them, as they stood before rounding, and what is on the sheet.

    Both lookups must know every cell that an earlier step can need: what was claimed, or else what
    follows from it. `page` is every number on the sheet. Build one for each worksheet.
    """

    def __init__(self, page: SheetNumbers, as_written: Own, unrounded: Own | None = None) -> None:
        self.page = page
        self.written = Operands(as_written)
        self.unrounded = None if unrounded is None else Operands(unrounded)
        self._mixtures: dict[str, Operands] = {}
        self._looked: dict[int, Looked] = {}

    def about(self, book: Workbook) -> None:
        """Takes what the case gives from there, unless it stands on the sheet as well."""
        page = self.page.numbers
        for numbers in (self.written, self.unrounded):
            if numbers is not None:
                numbers.given = lambda ref: None if ref in page else book.given(ref)
                numbers.written = self.page.cells

    def looked_into(self, claim: NumberClaim) -> Looked:
        """A claim with a number, and what is sought where it stands."""
        known = self._looked.get(id(claim))
        if known is None:
            assert claim.number is not None
            value = quantity(claim.number.value)
            sought = tuple([sought_for(value, quantity(unit), self.page) for unit in units_of(claim)])
            known = self._looked[id(claim)] = Looked(Ref(claim.tensor, claim.at), value, sought)
        return known

    def __iter__(self) -> Iterator[Operands]:
        """The lookups, the second only where it can say something else."""
        yield self.written
        if self.unrounded is not None:
            yield self.unrounded

    def ways(self, book: Workbook, ref: Ref) -> Iterator[Operands]:
        """All operands as written, all as they stood before rounding, then each tensor in its own way."""
        yield self.written
        reads = book.reads(ref)
        carried = sorted({each.tensor for each in reads if book.given(each) is None or each in self.page})
        if self.unrounded is None or (reads and not carried):
            return
        yield self.unrounded
        for one in carried if 1 < len(carried) <= _MOST_CARRIED else ():
            yield self._mixed(one)

    def _mixed(self, tensor: str) -> Operands:
        """The numbers of one tensor before rounding, those of the others as written."""
        known = self._mixtures.get(tensor)
        if known is None:
            unrounded = self.unrounded
            assert unrounded is not None
            known = self._mixtures[tensor] = self.written.instead(
                lambda ref: unrounded(ref) if ref.tensor == tensor else None
            )
        return known


@dataclass(frozen=True, slots=True)
class Finding:
    """A slip that gives the written number: which one, in the step of which cell, and how likely it is.

    `gives` is what it makes of the claimed cell; `there` what it makes of the cell `ref`, which differs
    from the claimed one if the slip was made on the way to it; `onward` are the lines from there on. `chance`
    is the share of all numbers like the written one that slips as common give.
    """

    kind: SlipKind
    candidate: Candidate
    ref: Ref
    gives: Quantity
    score: float
    chance: float = 0.0
    onward: tuple[str, ...] = ()

    @property
    def there(self) -> Quantity:
        """What the slip makes of the cell in whose step it is."""
        return self.candidate.value

    @property
    def explains(self) -> bool:
        """Whether it can be more than a coincidence."""
        return self.chance <= MOST


def findings(claim: NumberClaim, book: Workbook, own: OwnNumbers) -> list[Finding]:
    """All slips that give the claim's number, each word once, the likeliest first."""
    own.about(book)
    with ctx.workprec(SLIP_BITS):
        several = [findings_with(numbers, claim, book, own) for numbers in own]
        if any(each is None for each in several):
            return []
        first = min((unit for unit, _ in filter(None, several)), default=0)
        return likeliest_first(
            [each for unit, found in filter(None, several) for each in found if unit == first]
        )


def findings_with(
    numbers: Operands, claim: NumberClaim, book: Workbook, own: OwnNumbers
) -> tuple[int, list[Finding]] | None:
    """The slips that give the claim's number with these operands; None if it is right with them.

    With them, which of the units it may have (of 100: 1, 10, 100) they fit first.
    """
    if claim.number is None:
        return None
    ref, written, wanted = own.looked_into(claim)
    if _right(reworked(book, ref, numbers, wanted[-1]), written):
        return None
    for at, sought in enumerate(wanted):
        found = _found(reworked(book, ref, numbers, sought), written, own)
        if at:
            found = [each for each in found if not digits_count(each.gives)]
        if found:
            return at, found
    return len(wanted), []


def units_of(claim: NumberClaim) -> list[Fraction]:
    """The units that the last digit of a written number may stand for, as long as two digits stay."""
    assert claim.number is not None
    units = claim.number.units[:_MOST_UNITS]
    if len(units) < 2:
        return list(units) or [Fraction(0)]
    return [unit for unit in units if abs(claim.number.value) >= 10 * unit or unit == units[0]]


def sought_for(written: Quantity, unit: Quantity, page: SheetNumbers) -> Sought:
    """What a written number stands for; a 0 for nothing but 0."""
    half = unit / 2 if written else unit * 0
    return Sought(written - half, written + half, unit or None, page)


def digits_count(value: Quantity) -> bool:
    """Whether all digits of a number count, zeros at its end too: it is whole, and not too long."""
    return not isinstance(value, arb) and value.q == 1 and abs(value) < _LONGEST_COUNTED


def _right(own: ReworkedStep, written: Quantity) -> bool:
    """Whether the number is right after all: from one's own operands, rounded or cut off."""
    assert own.sought is not None
    try:
        right = own.right
    except ArithmeticError:
        return False
    if not written:
        return bool(right == 0)
    if own.sought.unit is not None and own.sought.unit > 1 and digits_count(right):
        return bool(right == written)
    past = abs(right) - abs(written)
    return own.fits(right) or bool(right * written > 0 and 0 <= past < (own.sought.unit or 0))


# --- looking for slips -------------------------------------------------------------------------


def _found(own: ReworkedStep, written: Quantity, numbers: OwnNumbers) -> list[Finding]:
    """The slips of the claimed cell's step, and of the steps to it that are not on the sheet."""
    found: list[Finding] = []
    on_the_way: list[tuple[ReworkedStep, float, tuple[Link, ...]]] = [(own, 1.0, ())]
    while on_the_way:
        here, likely, path = on_the_way.pop()
        for kind, candidate in played(here):
            if path and candidate.at == own.ref:
                continue  # a number on the way is not copied from where it leads
            gives = candidate.value
            lines = []
            try:
                for link in reversed(path):
                    before, gives = gives, link.onward(gives)
                    lines.append(link.line(before, gives))
            except ArithmeticError:
                continue
            if own.fits(gives):
                score = likely * kind.common / candidate.places * (_EXACTLY if gives == written else 1)
                chance = share_explained(here, kind, candidate) * (len(path) + 1)
                found.append(Finding(kind, candidate, here.ref, gives, score, chance, tuple(lines)))
        if len(path) < _DEEPEST:
            for link in links(here, numbers.page):
                there = reworked(here.book, link.ref, here.number, link.sought)
                on_the_way.append((there, likely * _HIDDEN, (*path, link)))
    return found


def played(own: ReworkedStep) -> Iterator[tuple[SlipKind, Candidate]]:
    """Every slip of the shelf that gives what is sought from this step, and not the right number."""
    try:
        right = own.right
    except ArithmeticError:
        right = None
    for kind in possible(own):
        try:
            for candidate in kind.play(own):
                if own.fits(candidate.value) and (right is None or candidate.value != right):
                    yield kind, candidate
        except ArithmeticError:
            continue  # one's own numbers give nothing here


def likeliest_first(found: list[Finding]) -> list[Finding]:
    """Each word once, in its likeliest place, the likeliest first; no coincidences.

    That a number was copied is said only where nothing in the rule explains it.
    """
    best: dict[str, Finding] = {}
    for finding in found:
        known = best.get(finding.kind.word)
        if finding.explains and (known is None or finding.score > known.score):
            best[finding.kind.word] = finding
    ordered = sorted(best.values(), key=lambda each: -each.score)
    return [each for each in ordered if each.kind is not copied_from] or ordered


# --- saying it ---------------------------------------------------------------------------------


def told(finding: Finding, claim: NumberClaim, book: Workbook) -> Slip:
    """The finding in words: your 7 is what comes out if …"""
    assert claim.number is not None
    said = finding.candidate.told()
    written = printable(claim.written.strip()).replace("-", "−")
    if len(written) > _LONGEST_NUMBER:
        written = text(quantity(claim.number.value))
    there = Ref(claim.tensor, claim.at)
    line = ", then ".join(filter(None, (said.line, *finding.onward)))
    where = "" if finding.ref == there else f" for {book.name(finding.ref)}"
    return Slip(
        slip=finding.kind.word,
        at=book.name(finding.candidate.at or finding.ref),
        gives=_shown(finding.gives, claim),
        words=f"your {written} is what comes out if{where} {said.condition}",
        line=line,
        everywhere=finding.candidate.everywhere if finding.ref == there else "",
    )


def _shown(value: Quantity, claim: NumberClaim) -> Shown:
    digits = sum(map(str.isdigit, claim.written))
    return shown_value(value, max(10, min(digits + 2, 4_000)))
