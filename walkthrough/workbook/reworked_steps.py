"""A step worked out again with somebody's own numbers in it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple, TypeVar

from flint import arb, fmpq

from walkthrough.mathematics.notation import Cell, Entry, Expression
from walkthrough.mathematics.readings import Part, Slopes
from walkthrough.numbers.balls import FUNCTIONS
from walkthrough.numbers.formulas import IndexValues, Quantity, QuantityFunctions, value_at
from walkthrough.numbers.quantities import quantity
from walkthrough.trace.network import Stage
from walkthrough.trace.steps.kinds import AnyStep, Chain, Choice, Formula, Gate, Given, Ref, Route
from walkthrough.workbook.equation_structure import Structure
from walkthrough.workbook.operands import Operands
from walkthrough.workbook.sheet_numbers import SheetNumbers
from walkthrough.workbook.workbook import Outline, Workbook

T = TypeVar("T")
ZERO, ONE = fmpq(0), fmpq(1)
_NOTHING = fmpq(1, 10**25)


class ReworkedRow(NamedTuple):
    """One term of a sum with its numbers: coefficient · value · value = product."""

    coefficient: Quantity
    refs: tuple[Ref | None, ...]
    values: tuple[Quantity, ...]
    product: Quantity


@dataclass(frozen=True, slots=True)
class Sought:
    """What a result is looked for: an interval, ends included; `unit` is that of a last digit written.

    `page` is what else stands on the same worksheet. No unit: a fraction, or a number that is nowhere
    written but must have been this for what was written to come out.
    """

    low: Quantity
    high: Quantity
    unit: Quantity | None = None
    page: SheetNumbers = field(default_factory=lambda: SheetNumbers({}))


class ReworkedStep:
    """A cell's step with somebody's own numbers in it, and what is sought; with nothing, everything is."""

    def __init__(self, book: Workbook, step: AnyStep, numbers: Operands, sought: Sought | None) -> None:
        self.book = book
        self.step = step
        self.number = numbers
        self.sought = sought
        self.ref = step.ref
        """The cell."""
        self._rows: list[ReworkedRow] | None = None
        self._right: Quantity | None = None
        self._once: dict[Hashable, object] = {}

    @property
    def stage(self) -> Stage | None:
        """The layer or loss that the cell belongs to."""
        return self.step.stage

    @property
    def structure(self) -> Structure:
        """What the equations of that layer or loss look like."""
        return self.book.structure(self.step.stage)

    def fits(self, value: Quantity) -> bool:
        """Whether a result is certainly where one is sought; a 0 that roots and powers add up to is one."""
        sought = self.sought
        if sought is None:
            return True
        if not sought.low and not sought.high:
            return bool(abs(value) < _NOTHING)
        return bool(sought.low <= value <= sought.high)

    def once(self, key: Hashable, made: Callable[[], T]) -> T:
        """What is worked out from this step and what is sought, once."""
        if key not in self._once:
            self._once[key] = made()
        return self._once[key]  # type: ignore[return-value]  # made by the same key

    # --- its terms -------------------------------------------------------------------------------

    @property
    def rows(self) -> list[ReworkedRow]:
        """The terms of a sum with their numbers; none if the step is no sum."""
        if self._rows is None:
            self._rows = self.number.once(("rows", self.ref), self._worked_out_rows)
        return self._rows

    def _worked_out_rows(self) -> list[ReworkedRow]:
        step = self.step
        if isinstance(step, Chain):
            return [self._link(*term) for term in step.terms]
        if isinstance(step, Route):
            return [self._share(step, at) for at in range(len(step.shares))]
        return self.filled(self.book.outlines(step))

    def filled(self, outlines: Iterable[Outline]) -> list[ReworkedRow]:
        """Terms with one's own numbers in them; padding is 0."""
        rows = []
        for coefficient, refs in outlines:
            values = tuple([ZERO if ref is None else self.number(ref) for ref in refs])
            result = coefficient
            for value in values:
                result = result * value
            rows.append(ReworkedRow(coefficient, refs, values, result))
        return rows

    def worth(self, times: int) -> list[ReworkedRow]:
        """The terms that, counted so many times more, lead to where a result is sought.

        That is how one term among hundreds is found: by what is missing, without trying each.
        """
        if self.sought is None:
            return self.rows
        ends = [(end - self.right) / times for end in (self.sought.low, self.sought.high)]
        low, high = min(ends), max(ends)
        return [row for row in self.rows if low <= row.product <= high]

    def _link(self, upstream: Ref, local: Expression, place: IndexValues) -> ReworkedRow:
        """Upstream · local derivative."""
        first, second = self.number(upstream), self.formula(local, place)
        return ReworkedRow(fmpq(1), (upstream, None), (first, second), first * second)

    def _share(self, step: Route, at: int) -> ReworkedRow:
        """What comes back through one window or gate, by one's own forward numbers."""
        share = step.shares[at]
        if share.winner is None:
            part = self.open_share(step.operand)
        else:
            part = self.won_share(share.window, step.operand)
        upstream = self.number(share.upstream)
        return ReworkedRow(part, (share.upstream,), (upstream,), part * upstream)

    def open_share(self, operand: Ref) -> Quantity:
        """The gate's slope: 1 for an open one, 0 for a closed one, the convention's at exactly 0."""
        value, gate = self.number(operand), self._gate
        return quantity(gate.above if value > 0 else gate.at_zero if value == 0 else gate.below)

    def passed(self, value: Quantity) -> Quantity:
        """What a gate makes of a number."""
        slope = self._gate.below if value < 0 else self._gate.above
        if slope == 1:
            return value
        return quantity(slope) * value if slope else ZERO

    @property
    def _gate(self) -> Slopes:
        step = self.step
        assert isinstance(step, Gate | Route)
        assert step.slopes is not None
        return step.slopes

    def won_share(self, window: Ref, entry: Ref) -> Quantity:
        """The share of a window's gradient that an entry gets."""
        winners = self.number.once(("winners", window), lambda: self._winners(window))
        tie = self.book.trace.case.conventions.max_tie
        if tie == "first":
            return fmpq(int(winners[0] == entry))
        return fmpq(int(entry in winners), len(winners) if tie == "split" else 1)

    def _winners(self, window: Ref) -> list[Ref]:
        """The entries of a window that are the largest, in reading order."""
        choice = self.book.step(window)
        assert isinstance(choice, Choice)
        numbers = [(ref, self.number(ref)) for ref in choice.candidates if ref is not None]
        best = max(number for _, number in numbers)
        return [ref for ref, number in numbers if not number < best]

    # --- its value -------------------------------------------------------------------------------

    @property
    def right(self) -> Quantity:
        """The right value from one's own operands; raises ArithmeticError where there is none."""
        if self._right is None:
            self._right = self.number.once(("right", self.ref), self._worked_out)
        return self._right

    def _worked_out(self) -> Quantity:
        step = self.step
        match step:
            case Given():
                value = self.book.trace.known(step.ref.tensor, step.ref.cell).value
                return quantity(value)
            case Choice():
                return max(self.number(ref) for ref in step.candidates if ref is not None)
            case Gate():
                return self.passed(self.number(step.operand))
            case Formula():
                return self.formula(step.expression, step.place)
        return added(self.rows)

    def formula(
        self,
        expression: Expression,
        place: IndexValues,
        functions: QuantityFunctions = FUNCTIONS,
        counted: Callable[[Cell], int] | None = None,
        instead: Callable[[Ref], Quantity | None] | None = None,
    ) -> Quantity:
        """A formula of the step's stage at a place, with one's own numbers in it.

        `instead` may give another number for a cell, `counted` how often a place of a Σ counts.
        """

        def read(entry: Entry, at: IndexValues) -> Quantity:
            ref = self.refer(entry, at)
            other = instead(ref) if instead is not None else None
            return self.number(ref) if other is None else other

        return value_at(expression, place, read, functions, counted)

    def refer(self, entry: Entry, place: IndexValues) -> Ref:
        """The cell that an entry of a formula means."""
        part = Part(entry, Fraction(1), (), tuple(place))
        cell = part.cells(entry)(tuple(place.values()))
        assert cell is not None
        return Ref(self.book.beside(entry.tensor.name, self.ref), cell)

    def right_of(self, ref: Ref) -> Quantity:
        """The right value of another cell, from the same person's operands; raises ArithmeticError."""
        return reworked(self.book, ref, self.number).right

    def with_given(self, ref: Ref, number: Quantity) -> Quantity | None:
        """The value if a given number is read as another one wherever it is used.

        What is not on the sheet is worked out anew; None where this cell has nothing to do with it.
        """
        if ref not in self.book.reads(self.ref) and self.book.settled(self.ref, self.number.written):
            return None
        met: list[Ref] = []

        def other(each: Ref) -> Quantity | None:
            if each == ref:
                met.append(each)
                return number
            if (
                each in self.number.written
                or self.book.given(each) is not None
                or each.tensor == self.ref.tensor
            ):
                return None
            return reworked(self.book, each, changed).right

        changed = self.number.instead(other)
        value = reworked(self.book, self.ref, changed).right
        if isinstance(value, arb) and not value.is_finite():
            raise ArithmeticError("no number")
        return value if met else None


def added(rows: Iterable[ReworkedRow]) -> Quantity:
    """The sum of some terms."""
    result: Quantity = ZERO
    for row in rows:
        result = result + row.product
    return result


def product_of(values: Iterable[Quantity]) -> Quantity:
    """The product of some numbers; of none, it is 1."""
    result: Quantity = ONE
    for value in values:
        result = result * value
    return result


def reworked(book: Workbook, ref: Ref, numbers: Operands, sought: Sought | None = None) -> ReworkedStep:
    """A cell's step with these numbers in it."""
    return ReworkedStep(book, book.step(ref), numbers, sought)
