"""Reading: the right calculation, with one number or one line of it read wrongly."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from walkthrough.numbers.formulas import Quantity
from walkthrough.slips import Candidate, Candidates, Told, slip
from walkthrough.slips._functions import counted, gate_line, operands, read_as
from walkthrough.slips._given_numbers import numbers_misread
from walkthrough.slips._lines import equals, factor, named, product_text, sum_line, term, text
from walkthrough.slips._neighbours import beside, bracketed, row_beside, taken
from walkthrough.slips._terms import biases, kernel_rows
from walkthrough.trace.steps.kinds import Chain, Gate, Given, Ref, Route, Sums
from walkthrough.workbook.reworked_steps import ReworkedRow, ReworkedStep, added

_MOST_NEIGHBOURS_READ = 2_000


@slip(common=8)
def sign_lost(own: ReworkedStep) -> Candidates:
    """One negative factor read as positive: v − 2·term."""
    rows = [row for row in own.worth(-2) if row.product and any(value < 0 for value in row.values)]
    places = sum(any(value < 0 for value in row.values) for row in own.rows)
    for row in rows:
        at, negative = next(
            (ref, value) for ref, value in zip(row.refs, row.values, strict=True) if value < 0
        )
        value = own.right - 2 * row.product

        def told(
            row: ReworkedRow = row,
            at: Ref | None = at,
            negative: Quantity = negative,
            value: Quantity = value,
        ) -> Told:
            which = f"the {text(negative)} of {_name(own, at)}"
            return Told(
                f"{which} is read as {text(-negative)}", _without(own, f"2·{_doubled(row)}", row, value)
            )

        yield Candidate(value, told, at, places)
    for ref in operands(own):
        if own.number(ref) < 0:
            yield from read_as(own, ref, -own.number(ref), f"is read as {text(-own.number(ref))}")


@slip(common=3)
def sign_gained(own: ReworkedStep) -> Candidates:
    """One positive factor or term read as negative: v − 2·term."""
    plus = [row for row in own.rows if row.product > 0 and not any(value < 0 for value in row.values)]
    near = set(map(id, own.worth(-2)))
    for row in plus:
        if id(row) in near:
            value = own.right - 2 * row.product

            def told(row: ReworkedRow = row, value: Quantity = value) -> Told:
                return Told(f"{term(row)} is subtracted", _without(own, f"2·{_doubled(row)}", row, value))

            yield Candidate(value, told, _first(row), len(plus))
    for ref in operands(own):
        if own.number(ref) > 0:
            yield from read_as(own, ref, -own.number(ref), f"is read as {text(-own.number(ref))}")


@slip(common=3, solves=True)
def data_misread(own: ReworkedStep) -> Candidates:
    """A given number taken as another one, wherever it is used: without its minus, a digit changed."""
    yield from numbers_misread(own)


@slip(common=4)
def term_dropped(own: ReworkedStep) -> Candidates:
    """One term left out: v − term."""
    for row in own.worth(-1):
        if row.product and len(own.rows) > 1:
            value = own.right - row.product

            def told(row: ReworkedRow = row, value: Quantity = value) -> Told:
                return Told(f"the term {term(row)} is left out", _without(own, bracketed(row), row, value))

            yield Candidate(value, told, _first(row), len(own.rows))
    yield from counted(own, 0, "left out")


@slip(common=1)
def term_doubled(own: ReworkedStep) -> Candidates:
    """One term counted twice: v + term."""
    for row in own.worth(1):
        if row.product and len(own.rows) > 1:
            value = own.right + row.product

            def told(row: ReworkedRow = row, value: Quantity = value) -> Told:
                line = equals(f"{text(own.right)} + {bracketed(row)}", value, own.right, *row.values)
                return Told(f"the term {term(row)} is counted twice", line)

            yield Candidate(value, told, _first(row), len(own.rows))
    yield from counted(own, 2, "counted twice")


@slip(common=2)
def added_not_multiplied(own: ReworkedStep) -> Candidates:
    """One term a + b for a·b."""
    if not isinstance(own.step, Sums | Chain):
        return
    products = [row for row in own.rows if len(row.values) == 2]
    for row in products:
        instead = row.coefficient * (row.values[0] + row.values[1])
        value = own.right - row.product + instead
        if instead != row.product and own.fits(value):

            def told(row: ReworkedRow = row, value: Quantity = value) -> Told:
                said = f"{text(row.values[0])} + {factor(row.values[1])}"
                times = "" if row.coefficient == 1 else f"{factor(row.coefficient)}·"
                left = f"{text(own.right)} − {bracketed(row)} + {times}({said})"
                line = equals(left, value, own.right, *row.values)
                return Told(f"{said} is taken for {product_text(row.values)}", line)

            yield Candidate(value, told, _first(row), len(products))


@slip(common=3)
def neighbour_read(own: ReworkedStep) -> Candidates:
    """One term takes the entry one step beside."""
    for ref in operands(own):
        for other, where in beside(own, ref):
            said = f"is replaced by {own.book.name(other)}, one step {where}"
            yield from read_as(own, ref, own.number(other), said)
    if isinstance(own.step, Gate):
        for other, where in beside(own, own.step.operand):
            value = own.passed(own.number(other))
            line = _passed(own, other, value)
            yield from taken(own, value, own.step.operand, (other, where), 4, line)
    if isinstance(own.step, Given):
        for other, where in beside(own, own.ref):
            value = own.number(other)
            line = partial(named, own, other, value)
            yield from taken(own, value, own.ref, (other, where), 4, line)
    if isinstance(own.step, Sums | Chain | Route) and len(own.rows) < _MOST_NEIGHBOURS_READ:
        for row in own.rows:
            yield from row_beside(own, row)


@slip(common=1.5)
def row_skipped(own: ReworkedStep) -> Candidates:
    """All terms of one kernel row left out."""
    rows = kernel_rows(own)
    for name, left_out in rows:
        value = own.right - added(left_out)
        if own.fits(value):

            def told(
                name: str = name, left_out: list[ReworkedRow] = left_out, value: Quantity = value
            ) -> Told:
                gone = set(map(id, left_out))
                kept = [row for row in own.rows if id(row) not in gone]
                return Told(f"{name} is left out", sum_line(kept, value))

            yield Candidate(value, told, None, len(rows))


@slip(common=8)
def bias_forgotten(own: ReworkedStep) -> Candidates:
    """The bias left out: v − b."""
    for row in biases(own):
        value = own.right - row.product

        def told(row: ReworkedRow = row, value: Quantity = value) -> Told:
            return Told(
                f"the bias {text(row.product)} is left out", _without(own, bracketed(row), row, value)
            )

        yield Candidate(value, told, _first(row), everywhere="without the bias")


@slip(common=2)
def bias_subtracted(own: ReworkedStep) -> Candidates:
    """The bias taken away instead of added: v − 2b."""
    for row in biases(own):
        value = own.right - 2 * row.product

        def told(row: ReworkedRow = row, value: Quantity = value) -> Told:
            condition = f"the bias {text(row.product)} is subtracted instead of added"
            return Told(condition, _without(own, f"2·{_doubled(row)}", row, value))

        yield Candidate(value, told, _first(row), everywhere="the bias subtracted")


def _passed(own: ReworkedStep, other: Ref, value: Quantity) -> Callable[[], str]:
    """What a gate makes of another number, as a line."""
    number = own.number(other)
    return partial(named, own, other, value) if value == number else partial(gate_line, number, value)


# --- how they are told -------------------------------------------------------------------------


def _name(own: ReworkedStep, ref: Ref | None) -> str:
    return own.book.name(ref) if ref is not None else "the local derivative"


def _doubled(row: ReworkedRow) -> str:
    said = term(row)
    return f"({said})" if "·" in said or said.startswith("−") else said


def _first(row: ReworkedRow) -> Ref | None:
    return row.refs[0] if row.refs else None


def _without(own: ReworkedStep, taken: str, row: ReworkedRow, value: Quantity) -> str:
    return equals(f"{text(own.right)} − {taken}", value, own.right, *row.values)
