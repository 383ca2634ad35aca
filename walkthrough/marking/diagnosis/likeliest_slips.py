"""The diagnosis of a wrong number: the likeliest slips, and what would decide between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from flint import ctx

from walkthrough.marking.diagnosis.clues import everywhere
from walkthrough.marking.diagnosis.findings import SLIP_BITS, Finding, OwnNumbers, findings
from walkthrough.marking.diagnosis.remembered_diagnoses import explained
from walkthrough.marking.marked_worksheets import NumberClaim, Slip
from walkthrough.mathematics.notation import Cell
from walkthrough.slips._lines import text
from walkthrough.trace.steps.kinds import Given, Ref
from walkthrough.workbook.reworked_steps import reworked
from walkthrough.workbook.workbook import Workbook

__all__ = ["OwnNumbers", "diagnose", "undecided"]

_CLOSE = 4.0
_MOST_ASKED = 64


def diagnose(claim: NumberClaim, book: Workbook, own: OwnNumbers) -> tuple[Slip, ...]:
    """The slips that give a wrong claim's number, the likeliest first; none if nothing common does."""
    return explained(claim, book, own).likeliest


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
