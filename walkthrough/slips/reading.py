"""Reading: the right calculation, with one number or one line of it read wrongly."""

from __future__ import annotations

from walkthrough.numbers.formulas import Quantity
from walkthrough.slips import Candidate, Candidates, Told, slip
from walkthrough.slips._functions import counted, operands, read_as
from walkthrough.slips._lines import equals, factor, product_text, sum_line, term, text
from walkthrough.slips._neighbours import beside, bracketed, row_beside, taken
from walkthrough.slips._rereading import kernel_axes
from walkthrough.trace.steps import Chain, Gate, Given, Ref, Route, Sums
from walkthrough.workbook.reworked_steps import ReworkedStep, Row, added

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
            row: Row = row, at: Ref | None = at, negative: Quantity = negative, value: Quantity = value
        ) -> Told:
            which = f"the {text(negative)} of {_name(own, at)}"
            return Told(
                f"{which} is read as {text(-negative)}", _without(own, f"2·{_doubled(row)}", row, value)
            )

        yield Candidate(value, told, at, places)
    for ref in operands(own):
        if own.number(ref) < 0:
            yield from read_as(own, ref, -own.number(ref), f"is read as {text(-own.number(ref))}")


@slip(common=4)
def term_dropped(own: ReworkedStep) -> Candidates:
    """One term left out: v − term."""
    for row in own.worth(-1):
        if row.product and len(own.rows) > 1:
            value = own.right - row.product

            def told(row: Row = row, value: Quantity = value) -> Told:
                return Told(f"the term {term(row)} is left out", _without(own, bracketed(row), row, value))

            yield Candidate(value, told, _first(row), len(own.rows))
    yield from counted(own, 0, "left out")


@slip(common=1)
def term_doubled(own: ReworkedStep) -> Candidates:
    """One term counted twice: v + term."""
    for row in own.worth(1):
        if row.product and len(own.rows) > 1:
            value = own.right + row.product

            def told(row: Row = row, value: Quantity = value) -> Told:
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

            def told(row: Row = row, value: Quantity = value) -> Told:
                said = f"{text(row.values[0])} + {factor(row.values[1])}"
                line = equals(
                    f"{text(own.right)} − {bracketed(row)} + ({said})", value, own.right, *row.values
                )
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
            yield from taken(own, value, own.step.operand, (other, where), 4)
    if isinstance(own.step, Given):
        for other, where in beside(own, own.ref):
            yield from taken(own, own.number(other), own.ref, (other, where), 4)
    if isinstance(own.step, Sums | Chain | Route) and len(own.rows) < _MOST_NEIGHBOURS_READ:
        for row in own.rows:
            yield from row_beside(own, row)


@slip(common=1.5)
def row_skipped(own: ReworkedStep) -> Candidates:
    """All terms of one kernel row left out."""
    rows = _kernel_rows(own)
    for name, left_out in rows:
        value = own.right - added(left_out)
        if own.fits(value):

            def told(name: str = name, left_out: list[Row] = left_out, value: Quantity = value) -> Told:
                gone = set(map(id, left_out))
                kept = [row for row in own.rows if id(row) not in gone]
                return Told(f"{name} is left out", sum_line(kept, value))

            yield Candidate(value, told, None, len(rows))


@slip(common=8)
def bias_forgotten(own: ReworkedStep) -> Candidates:
    """The bias left out: v − b."""
    for row in _biases(own):
        value = own.right - row.product

        def told(row: Row = row, value: Quantity = value) -> Told:
            return Told(
                f"the bias {text(row.product)} is left out", _without(own, bracketed(row), row, value)
            )

        yield Candidate(value, told, _first(row), everywhere="without the bias")


@slip(common=2)
def bias_subtracted(own: ReworkedStep) -> Candidates:
    """The bias taken away instead of added: v − 2b."""
    for row in _biases(own):
        value = own.right - 2 * row.product

        def told(row: Row = row, value: Quantity = value) -> Told:
            condition = f"the bias {text(row.product)} is subtracted instead of added"
            return Told(condition, _without(own, f"2·{_doubled(row)}", row, value))

        yield Candidate(value, told, _first(row), everywhere="the bias subtracted")


# --- how they are told -------------------------------------------------------------------------


def _name(own: ReworkedStep, ref: Ref | None) -> str:
    return own.book.name(ref) if ref is not None else "the local derivative"


def _doubled(row: Row) -> str:
    said = term(row)
    return f"({said})" if "·" in said or said.startswith("−") else said


def _first(row: Row) -> Ref | None:
    return row.refs[0] if row.refs else None


def _without(own: ReworkedStep, taken: str, row: Row, value: Quantity) -> str:
    return equals(f"{text(own.right)} − {taken}", value, own.right, *row.values)


# --- rows and biases ---------------------------------------------------------------------------


def _biases(own: ReworkedStep) -> list[Row]:
    """The bias among the terms of a forward sum."""
    if not isinstance(own.step, Sums) or own.step.phase != "forward":
        return []
    names = {tensor.name for tensor in own.structure.added}
    return [row for row in own.rows if any(ref is not None and ref.tensor in names for ref in row.refs)]


def _kernel_rows(own: ReworkedStep) -> list[tuple[str, list[Row]]]:
    """The terms of a sum by the row of the kernel, of one channel and of all together."""
    if not isinstance(own.step, Sums):
        return []
    window = own.structure.window
    if window is None or window.kernel is None or own.step.phase != "forward":
        return _equal_rows(own, own.step.row)
    kernel, axes = window.kernel.tensor, kernel_axes(own.structure)
    if len(axes) < 2 or kernel.shape[axes[0]] == 1:
        return []
    groups: dict[str, list[Row]] = {}
    channels = [axis for axis in window.channels if kernel.shape[axis] > 1][:1]
    for row in own.rows:
        ref = next((each for each in row.refs if each is not None and each.tensor == kernel.name), None)
        if ref is not None:
            named = f"row {ref.cell[axes[0]] + 1} of the kernel"
            groups.setdefault(named, []).append(row)
            for axis in channels:
                groups.setdefault(f"{named} for channel {ref.cell[axis] + 1}", []).append(row)
    return list(groups.items())


def _equal_rows(own: ReworkedStep, length: int) -> list[tuple[str, list[Row]]]:
    """The terms in rows, as they stand on paper."""
    if not length or own.step.phase != "backward":
        return []
    rows = own.rows
    return [
        (f"row {at // length + 1} of the sum", rows[at : at + length]) for at in range(0, len(rows), length)
    ]
