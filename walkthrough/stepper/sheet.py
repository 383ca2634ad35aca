"""Somebody's own numbers beside the right ones, each with its verdict and what is said of it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from walkthrough.case.tables.source import LARGEST_FILE
from walkthrough.trace.steps.kinds import Ref
from walkthrough.words.messages import printable
from walkthrough.words.problems import CaseError, Problem

if TYPE_CHECKING:
    from walkthrough.marking.marked_worksheets import Marked, MarkedSheet
    from walkthrough.trace.trace import Trace

_LONGEST = 12
_MOST_SLIPS = 3


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A number of a worksheet: as written, its verdict, the mark that stands beside it, and what is said."""

    short: str
    verdict: str
    mark: str
    says: tuple[str, ...]


def is_worksheet(name: str) -> bool:
    """Whether a file is a worksheet and not a case; what cannot be read is said by whoever reads it."""
    path = Path(name)
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_FILE:
            return False
        if path.suffix.lower() in (".csv", ".tsv"):
            return True
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return False
    return "case" in table and "layers" not in table


def marked_numbers(name: str, digits: int) -> tuple[Trace, dict[Ref, OwnNumber]]:
    """The exercise of a worksheet, and its numbers, marked; raises CaseError."""
    from walkthrough.marking.diagnosis.examiner import Examiners
    from walkthrough.marking.worksheets.exercises import Exercises
    from walkthrough.marking.worksheets.sheet_sources import gather, sources

    exercises = Exercises(digits)
    found = []
    for source in sources([Path(name)], exercises):
        for sheet in [source] if isinstance(source, CaseError) else gather(source, exercises):
            if isinstance(sheet, CaseError):
                raise sheet
            found.append(sheet)
            if len(found) > 1:
                message = "has several worksheets; step goes through one of them"
                raise CaseError([Problem(name, None, "", message)])
    if not found:
        raise CaseError([Problem(name, None, "", "no worksheet is there")])
    exercise = found[0].exercise
    marked = Examiners().of(exercise).mark(found[0].worksheet)
    return exercise.trace, own_numbers(marked)


def own_numbers(sheet: MarkedSheet) -> dict[Ref, OwnNumber]:
    """The numbers of a marked worksheet, by cell."""
    return {
        Ref(marked.claim.tensor, marked.claim.at): _own(marked)
        for marked in sheet.claims
        if not marked.claim.whole and marked.verdict != "blank"
    }


def _own(marked: Marked) -> OwnNumber:
    from walkthrough.marking.reports.sheet_report import VERDICT_MARKS, written_number

    number = written_number(marked)
    mark, _ = VERDICT_MARKS.get(marked.verdict, ("", ""))
    short = number if len(number) <= _LONGEST else number[: _LONGEST - 1] + "…"
    return OwnNumber(short, marked.verdict, mark, tuple(_says(marked, number)))


def _says(marked: Marked, number: str) -> list[str]:
    """The verdict, and the slips that give the number."""
    from walkthrough.marking.reports.sheet_report import VERDICT_MARKS

    _, meaning = VERDICT_MARKS.get(marked.verdict, ("", ""))
    words = meaning if meaning and meaning != marked.verdict else ""
    said = [f"yours: {number}   {marked.verdict}" + (f", {words}" if words else "")]
    if marked.claim.problem:
        said.append(printable(marked.claim.problem))
    true = marked.expected is not None and marked.from_yours is not None
    if true and marked.from_yours != marked.expected and marked.from_yours is not None:
        said.append(f"your own earlier numbers give {marked.from_yours.text}")
    for slip in marked.slips[:_MOST_SLIPS]:
        said.append(slip.words + (f": {slip.line}" if slip.line else ""))
    if len(marked.slips) > _MOST_SLIPS:
        said.append(f"{len(marked.slips) - _MOST_SLIPS} more slips give this number")
    return said
