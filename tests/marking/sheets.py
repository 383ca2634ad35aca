"""Worksheets in a line, for tests."""

from __future__ import annotations

from functools import cache

from walkthrough.case import Case, load
from walkthrough.marking.marked_worksheets import Marked, MarkedSheet
from walkthrough.marking.verdicts.marker import Marker
from walkthrough.marking.worksheets.sheet_files import worksheet_of
from walkthrough.trace.trace import Trace, replay


@cache
def trace(case: str) -> Trace:
    return replay(load(case))


@cache
def marker(case: str) -> Marker:
    return Marker(trace(case))


def marked(claims: dict[str, str], case: str | Case = "lecture-notes") -> MarkedSheet:
    worksheet = worksheet_of(claims, case).worksheet
    if isinstance(case, str):
        return marker(case).mark(worksheet)
    return Marker(replay(case)).mark(worksheet)


def words(claims: dict[str, str], case: str | Case = "lecture-notes") -> dict[str, str]:
    """The verdict on each claim, by its cell."""
    return {each.claim.cell: each.verdict for each in marked(claims, case).claims}


def verdict(cell: str, claims: dict[str, str], case: str | Case = "lecture-notes") -> Marked:
    """What is said of one of the claims."""
    return next(each for each in marked(claims, case).claims if each.claim.cell == cell)
