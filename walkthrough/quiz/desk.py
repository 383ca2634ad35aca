"""The desk where an answer is marked: as one more number on the worksheet of those found before it."""

from __future__ import annotations

from collections.abc import Mapping

from walkthrough.case.cells import cell_name
from walkthrough.marking.diagnosis.examiner import Examiner
from walkthrough.marking.marked_worksheets import Marked, MarkedSheet, NumberClaim, Worksheet
from walkthrough.marking.worksheets.claimed_numbers import settled_commas, understand
from walkthrough.trace.steps.kinds import Ref
from walkthrough.trace.trace import Trace


class Desk:
    """Whoever marks the answers on a case; numbers are shown to so many significant digits."""

    def __init__(self, trace: Trace, digits: int) -> None:
        self._trace = trace
        self._examiner = Examiner(trace, digits)

    def mark(self, ref: Ref, written: str, before: Mapping[Ref, str]) -> Marked:
        """An answer for a number; `before` is what its writer goes on with, as it is written."""
        sheet = self.sheet({**before, ref: written})
        return next(each for each in sheet.claims if _of(each.claim) == ref)

    def sheet(self, numbers: Mapping[Ref, str]) -> MarkedSheet:
        """Numbers as they are written, marked like a worksheet."""
        claims = tuple(self._claim(ref, written) for ref, written in numbers.items())
        return self._examiner.mark(Worksheet("", self._trace.case.name, None, claims))

    def _claim(self, ref: Ref, written: str) -> NumberClaim:
        said = understand(written, settled_commas([written]))
        name = cell_name(ref.tensor, ref.cell, self._trace.place(ref.tensor).shape)
        return NumberClaim(name, ref.tensor, ref.cell, written, said.number, 0, said.problem)


def _of(claim: NumberClaim) -> Ref:
    return Ref(claim.tensor, claim.at)
