"""Entries one step beside, and what a step gives with one of them."""

from __future__ import annotations

from collections.abc import Callable

from walkthrough.mathematics.notation import Shape
from walkthrough.numbers.formulas import Quantity
from walkthrough.slips import Candidate, Candidates, Told
from walkthrough.slips._lines import equals, term, text
from walkthrough.trace.steps.kinds import Ref
from walkthrough.workbook.reworked_steps import ReworkedRow, ReworkedStep

_DIRECTIONS = {(0, 1): "to the right", (0, -1): "to the left", (1, 0): "below", (-1, 0): "above"}


def beside(own: ReworkedStep, ref: Ref) -> list[tuple[Ref, str]]:
    """The entries one step beside: in a row or column of a map, or along something flat."""
    return own.book.remember(("beside", ref), lambda: _neighbours(ref, own.book.shape(ref.tensor)))


def _neighbours(ref: Ref, shape: Shape) -> list[tuple[Ref, str]]:
    found = []
    for (rows, columns), where in _DIRECTIONS.items():
        if len(shape) < 2 and rows:
            continue
        cell = list(ref.cell)
        if cell:
            cell[-1] += columns
        if len(cell) > 1:
            cell[-2] += rows
        inside = all(0 <= at < extent for at, extent in zip(cell, shape, strict=True))
        if inside and tuple(cell) != ref.cell:
            found.append((Ref(ref.tensor, tuple(cell)), where))
    return found


def row_beside(own: ReworkedStep, row: ReworkedRow) -> Candidates:
    """The sum with one factor of this term read one step beside."""
    places = 4 * len(own.rows) * max(1, len(row.refs))
    for at, ref in enumerate(row.refs):
        others = row.coefficient
        for position, value in enumerate(row.values):
            others = others if position == at else others * value
        if ref is None or not others:
            continue
        for other, where in beside(own, ref):
            number = own.number(other)
            value = own.right + others * (number - row.values[at])

            def line(at: int = at, number: Quantity = number, value: Quantity = value) -> str:
                taken = row._replace(values=(*row.values[:at], number, *row.values[at + 1 :]))
                left = f"{text(own.right)} − {bracketed(row)} + {bracketed(taken)}"
                return equals(left, value, own.right, *row.values, number)

            yield from taken(own, value, ref, (other, where), places, line)


def taken(
    own: ReworkedStep,
    value: Quantity,
    ref: Ref,
    instead: tuple[Ref, str],
    places: int,
    line: Callable[[], str] = str,
) -> Candidates:
    """A number that comes out if one entry is taken for another."""
    other, where = instead

    def told() -> Told:
        condition = f"{own.book.name(other)}, one step {where}, is taken for {own.book.name(ref)}"
        return Told(condition, line())

    if own.fits(value) and own.number(ref) != own.number(other):
        yield Candidate(value, told, ref, places)


def bracketed(row: ReworkedRow) -> str:
    """A term after a minus or a plus."""
    said = term(row)
    return f"({said})" if said.startswith("−") else said
