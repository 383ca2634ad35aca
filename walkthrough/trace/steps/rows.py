"""In which rows a person writes the terms of a sum."""

from __future__ import annotations

from walkthrough.mathematics.notation import Affine, Index
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
    turning = _turning(part, moving)
    outer = [(part.variables[at].name, _axis(part, at)) for at in moving if part.variables[at].name in _OUTER]
    rows: list[Row] = []
    before, terms = None, 0
    for place in places:
        where = [place[at] for at in turning]
        if where != before:
            if rows:
                rows[-1] = rows[-1]._replace(terms=terms)
            values = dict(zip(part.variables, place, strict=True)) if outer else {}
            # the channel, counted from 1: that of the input, if there are groups
            group = tuple((name, axis.at(values) + 1 if axis else 0) for name, axis in outer)
            rows.append(Row(0, ((own, 0),) if own else group))
            terms = 0
        terms += 1
        before = where
    rows[-1] = rows[-1]._replace(terms=terms)
    return rows


def _axis(part: Part, at: int) -> Affine | None:
    """The position that says which channel an index means; None if it stands in no factor."""
    index = part.variables[at]
    found = [each for factor in part.factors for each in factor.index if index in dict(each.coefficients)]
    return next((each for each in found if each.alone is None), found[0]) if found else None


def row_length(part: Part, places: list[tuple[int, ...]]) -> int:
    """How many terms stand in a row as on paper: up to where an index other than the last one moves.

    0 if they have no such shape: a single row, or rows that are not equally long.
    """
    first = places[0]
    moving = [at for at in range(len(part.variables)) if any(place[at] != first[at] for place in places)]
    turning = _turning(part, moving)
    rows: list[int] = []
    before = None
    for place in places:
        outer = [place[at] for at in turning]
        if outer != before:
            rows.append(0)
        rows[-1] += 1
        before = outer
    return rows[0] if len(rows) > 1 and len(set(rows)) == 1 and rows[0] > 1 else 0


def _turning(part: Part, moving: list[int]) -> list[int]:
    """The indices that begin a new row: not the one that runs along it, nor those its columns depend on."""
    along = _columns(part)
    return [at for at in moving if part.variables[at] not in along]


def _columns(part: Part) -> set[Index]:
    """The indices of the last axis of the factors: what moves from column to column."""
    return (
        {index for factor in part.factors for index, _ in factor.index[-1].coefficients}
        if part.factors
        else set()
    )
