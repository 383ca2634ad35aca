"""From a number back to one that is not on the sheet: your 0.62 is σ of about 0.49."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, fmpq

from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.quantities import quantity
from walkthrough.slips._functions import line_with
from walkthrough.trace.steps.kinds import Chain, Formula, Gate, Given, Ref, Route, Sums, Update
from walkthrough.workbook.inverse_functions import inverse
from walkthrough.workbook.reworked_steps import ReworkedStep, Sought
from walkthrough.workbook.sheet_numbers import SheetNumbers

_ONE = fmpq(1)


@dataclass(frozen=True, slots=True)
class Link:
    """An operand that is not on the sheet: what it must have been, and the way on from it.

    `line` is the arithmetic of that way, from the operand to what comes of it.
    """

    ref: Ref
    sought: Sought
    onward: Callable[[Quantity], Quantity]
    line: Callable[[Quantity, Quantity], str]


def links(own: ReworkedStep, page: SheetNumbers) -> Iterator[Link]:
    """The operands behind a step through which a number can be followed back."""
    assert own.sought is not None
    for ref, sought, onward in _inverses(own, own.sought):
        if ref not in page and not isinstance(own.book.step(ref), Given):
            yield Link(ref, sought, onward, _line(own, ref))


def _line(own: ReworkedStep, ref: Ref) -> Callable[[Quantity, Quantity], str]:
    """The step once more, with another number in one of its places; nothing where it is only taken over."""

    def line(number: Quantity, value: Quantity) -> str:
        return "" if number == value else line_with(own, value, {ref: number})

    return line


_Inverse = tuple[Ref, Sought, Callable[[Quantity], Quantity]]


def _inverses(own: ReworkedStep, sought: Sought) -> Iterator[_Inverse]:
    step = own.step
    match step:
        case Gate():
            yield from _through_gate(own, sought)
        case Formula() if step.phase == "forward":
            yield from _through_function(own, sought)
        case Sums() | Chain() | Route() | Update():
            yield from _through_product(own, sought)


def _through_gate(own: ReworkedStep, sought: Sought) -> Iterator[_Inverse]:
    """Through an open gate; through a closed one nothing can be followed back."""
    step = own.step
    assert isinstance(step, Gate)
    gate = step.slopes
    slope = gate.above if sought.low > 0 else gate.below if sought.high < 0 else Fraction(0)
    if slope > 0:
        ends = (end / quantity(slope) for end in (sought.low, sought.high))
        yield step.operand, _between(sought, *ends), own.passed


def _between(sought: Sought, low: Quantity, high: Quantity) -> Sought:
    return Sought(low, high, None, sought.page)


def _through_product(own: ReworkedStep, sought: Sought) -> Iterator[_Inverse]:
    """What one factor must have been for the sum to come out, if the sum has that one factor only once."""
    try:
        rows = [row for row in own.rows if row.coefficient]
    except ArithmeticError:
        return
    if len(rows) > 2:
        return
    for row in rows:
        for at, ref in enumerate(row.refs):
            others = row.coefficient
            for position, value in enumerate(row.values):
                others = others if position == at else others * value
            if ref is None or not others:
                continue
            rest = own.right - row.product
            ends = [(end - rest) / others for end in (sought.low, sought.high)]

            def onward(value: Quantity, others: Quantity = others, rest: Quantity = rest) -> Quantity:
                return rest + others * value

            yield ref, _between(sought, min(ends), max(ends)), onward


def _through_function(own: ReworkedStep, sought: Sought) -> Iterator[_Inverse]:
    """The argument of a sigmoid or tanh; the ends are widened, and what is found is tried forwards."""
    step = own.step
    assert isinstance(step, Formula)
    undone = inverse(step.expression)
    if undone is None:
        return
    first, last = (sought.low, sought.high) if undone.rising else (sought.high, sought.low)
    low, high = undone.of(first), undone.of(last)
    if low is None and high is None:
        return
    ref = own.refer(undone.entry, step.place)
    far = fmpq(10) ** 6
    ends = (-far if low is None else _outward(low, -1), far if high is None else _outward(high, 1))

    def onward(value: Quantity) -> Quantity:
        return own.formula(step.expression, step.place, instead=lambda _: value)

    yield ref, _between(sought, *ends), onward


def _outward(end: Quantity, direction: int) -> Quantity:
    """The end of an enclosure, as a rational number a little further out."""
    scale = fmpq(10) ** 40
    floor = (arb(end) * scale).floor().unique_fmpz()
    return (fmpq(floor if floor is not None else 0) + 2 * direction) / scale
