"""The diagnosis of a wrong number: the likeliest slips, what would decide between them, slips of a layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

from flint import ctx

from walkthrough.marking.diagnosis.findings import (
    SLIP_BITS,
    Finding,
    OwnNumbers,
    findings,
    played,
    sought_for,
    told,
)
from walkthrough.marking.diagnosis.remembered_diagnoses import MOST_SLIPS, explained
from walkthrough.marking.marked_worksheets import LayerSlip, NumberClaim, Slip
from walkthrough.mathematics.notation import Cell
from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.quantities import quantity
from walkthrough.slips import Candidate, SlipKind, Told
from walkthrough.slips._lines import text
from walkthrough.trace.steps import Given, Ref
from walkthrough.workbook.reworked_steps import ReworkedStep, reworked
from walkthrough.workbook.workbook import Workbook

__all__ = ["Diagnosed", "OwnNumbers", "diagnose", "everywhere", "undecided", "whole_layer"]

_CLOSE = 4.0
_MOST_ASKED = 64


def diagnose(claim: NumberClaim, book: Workbook, own: OwnNumbers) -> tuple[Slip, ...]:
    """The slips that give a wrong claim's number, the likeliest first; none if nothing common does."""
    return explained(claim, book, own)


# --- what would decide -------------------------------------------------------------------------


def undecided(claim: NumberClaim, book: Workbook, own: OwnNumbers) -> str | None:
    """The cell, not on the sheet, whose number would tell apart the slips that are about equally likely.

    None if one slip is clearly the likeliest, or if no such cell is left.
    """
    with ctx.workprec(SLIP_BITS):
        found = findings(claim, book, own)
        close = [each for each in found if each.score * _CLOSE >= found[0].score]
        if len(close) < 2:
            return None
        for finding in close:
            if finding.ref != Ref(claim.tensor, claim.at):
                return book.name(finding.ref)
        return next(
            (book.name(ref) for ref in _unclaimed(claim, book, own) if _differ(close, ref, book, own)), None
        )


def _unclaimed(claim: NumberClaim, book: Workbook, own: OwnNumbers) -> Iterator[Ref]:
    """Cells of the same tensor that are not on the sheet."""
    cells: Iterable[Cell] = (
        book.trace.network_tensor(claim.tensor).cells() if book.shape(claim.tensor) else ()
    )
    for cell in islice(cells, _MOST_ASKED):
        ref = Ref(claim.tensor, cell)
        if ref not in own.page and ref.cell != claim.at and not isinstance(book.step(ref), Given):
            yield ref


def _differ(close: list[Finding], ref: Ref, book: Workbook, own: OwnNumbers) -> bool:
    """Whether the slips, if they were made in the whole layer, give different numbers in this cell."""
    here = reworked(book, ref, own.written)
    numbers = {text(everywhere(here, each.kind, each.candidate.everywhere) or here.right) for each in close}
    return len(numbers) > 1


def everywhere(own: ReworkedStep, kind: SlipKind, key: str) -> Quantity | None:
    """What a slip gives in another cell of the layer, misread in the same way; None: nothing else."""
    try:
        for candidate in kind.play(own) if key else ():
            if candidate.everywhere == key:
                return candidate.value
    except ArithmeticError:
        pass
    return None


# --- a whole layer -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """A wrong claim with its slips."""

    claim: NumberClaim
    slips: tuple[Slip, ...]


def whole_layer(
    wrong: Iterable[Diagnosed], right: Iterable[NumberClaim], book: Workbook, own: OwnNumbers
) -> tuple[tuple[LayerSlip, ...], tuple[Diagnosed, ...]]:
    """Slips that were made throughout a layer, and the wrong claims again with that slip first.

    It must give every number that was claimed in the tensor, also those that came out right.
    """
    found, after = [], []
    others = list(right)
    tensors: dict[str, list[Diagnosed]] = {}
    for each in wrong:
        tensors.setdefault(each.claim.tensor, []).append(each)
    for tensor, several in tensors.items():
        beside = [claim for claim in others if claim.tensor == tensor and claim.number is not None]
        with ctx.workprec(SLIP_BITS):
            slip = _throughout(several, beside, book, own)
        after += several if slip is None else [_first(each, slip, book, own) for each in several]
        if slip is not None:
            words = f"all {len(several)} wrong numbers of {tensor} are what comes out if {slip.condition}"
            found.append(LayerSlip(slip.kind.word, tensor, tuple(each.claim for each in several), words))
    return tuple(found), tuple(after)


@dataclass(frozen=True, slots=True)
class _Throughout:
    kind: SlipKind
    key: str
    condition: str


def _throughout(
    wrong: list[Diagnosed], right: list[NumberClaim], book: Workbook, own: OwnNumbers
) -> _Throughout | None:
    if len(wrong) < 2:
        return None
    first = wrong[0].claim
    assert first.number is not None
    here = _working(first, book, own)
    for finding in _ranked_everywhere(here, first, own):
        key = finding.candidate.everywhere
        claims = [each.claim for each in wrong[1:]] + right
        if all(_explains(finding.kind, key, claim, book, own) for claim in claims):
            return _Throughout(finding.kind, key, finding.candidate.told().condition)
    return None


def _ranked_everywhere(here: ReworkedStep, claim: NumberClaim, own: OwnNumbers) -> list[Finding]:
    found = [
        Finding(kind, candidate, here.ref, candidate.value, kind.common / candidate.places)
        for kind, candidate in played(here)
        if candidate.everywhere
    ]
    return sorted(found, key=lambda each: -each.score)


def _working(claim: NumberClaim, book: Workbook, own: OwnNumbers, unrounded: bool = False) -> ReworkedStep:
    assert claim.number is not None
    unit = claim.number.units[0] if claim.number.units else Fraction(0)
    sought = sought_for(quantity(claim.number.value), quantity(unit), own)
    numbers = own.unrounded if unrounded and own.unrounded is not None else own.written
    return reworked(book, Ref(claim.tensor, claim.at), numbers, sought)


def _explains(kind: SlipKind, key: str, claim: NumberClaim, book: Workbook, own: OwnNumbers) -> bool:
    """Whether the misreading gives this claim's number; where it changes nothing, the right one."""
    for unrounded in (False, True):
        here = _working(claim, book, own, unrounded)
        assert here.sought is not None
        free = reworked(book, here.ref, here.number)
        value = everywhere(free, kind, key)
        if here.fits(free.right if value is None else value):
            return True
    return False


def _first(each: Diagnosed, slip: _Throughout, book: Workbook, own: OwnNumbers) -> Diagnosed:
    """The claim with the layer's slip before any other."""
    slips = sorted(each.slips, key=lambda known: known.slip != slip.kind.word)
    if not slips or slips[0].slip != slip.kind.word:
        with ctx.workprec(SLIP_BITS):
            here = _working(each.claim, book, own)
            value = everywhere(reworked(book, here.ref, here.number), slip.kind, slip.key)
            if value is not None:
                candidate = Candidate(value, _constant(Told(slip.condition)), everywhere=slip.key)
                finding = Finding(slip.kind, candidate, here.ref, value, 1.0)
                slips = [told(finding, each.claim, book), *slips]
    return replace(each, slips=tuple(slips[:MOST_SLIPS]))


def _constant(said: Told) -> Callable[[], Told]:
    return lambda: said
