"""In which rows a person writes the terms of a sum."""

from __future__ import annotations

from walkthrough.mathematics.notation import (
    Index,
)
from walkthrough.mathematics.readings import Part
from walkthrough.trace.steps.kinds import Row

_OUTER = ("c", "f")
"""Loop indices that go through channels and filters, whatever the layer: sums are grouped by them."""


def rows_of(part: Part, places: list[tuple[int, ...]], alone: bool) -> list[Row]:
    """The rows of a part's terms: a new one wherever an index other than the last one moves."""
    if not places:
        return []
    own = part.factors[0].tensor.name.rpartition(".")[2] if len(part.factors) == 1 and not alone else ""
    first = places[0]
    moving = [at for at in range(len(part.variables)) if any(place[at] != first[at] for place in places)]
    outer = [at for at in moving if part.variables[at].name in _OUTER]
    rows: list[Row] = []
    before = None
    for place in places:
        where = _outer(part, place, moving)
        if where != before:
            group = tuple((part.variables[at].name, _numbered(part, at, place)) for at in outer)
            rows.append(Row(0, ((own, 0),) if own else group))
        rows[-1] = Row(rows[-1].terms + 1, rows[-1].group)
        before = where
    return rows


def _numbered(part: Part, at: int, place: tuple[int, ...]) -> int:
    """Which channel an index means at a place, counted from 1: that of the input, if there are groups."""
    index, values = part.variables[at], dict(zip(part.variables, place, strict=True))
    found = [each for factor in part.factors for each in factor.index if index in dict(each.coefficients)]
    return next((each for each in found if each.alone is None), found[0]).at(values) + 1 if found else 0


def row_length(part: Part, places: list[tuple[int, ...]]) -> int:
    """How many terms stand in a row as on paper: up to where an index other than the last one moves.

    0 if they have no such shape: a single row, or rows that are not equally long.
    """
    first = places[0]
    moving = [at for at in range(len(part.variables)) if any(place[at] != first[at] for place in places)]
    rows: list[int] = []
    before = None
    for place in places:
        outer = _outer(part, place, moving)
        if outer != before:
            rows.append(0)
        rows[-1] += 1
        before = outer
    return rows[0] if len(rows) > 1 and len(set(rows)) == 1 and rows[0] > 1 else 0


def _outer(part: Part, place: tuple[int, ...], moving: list[int]) -> tuple[int, ...]:
    """The place without the index that runs along a row (and those that its columns depend on)."""
    along = _columns(part)
    return tuple(place[at] for at in moving if part.variables[at] not in along)


def _columns(part: Part) -> set[Index]:
    """The indices of the last axis of the factors: what moves from column to column."""
    return (
        {index for factor in part.factors for index, _ in factor.index[-1].coefficients}
        if part.factors
        else set()
    )
