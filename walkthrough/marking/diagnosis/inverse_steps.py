"""From a number back to one that is not on the sheet: your 0.62 is σ of about 0.49."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from flint import arb, fmpq

from walkthrough.numbers.formulas import Quantity
from walkthrough.trace.steps import Chain, Formula, Gate, Given, Ref, Route, Sums, Update
from walkthrough.workbook.reworked_steps import ReworkedStep, Sought
from walkthrough.workbook.sheet_numbers import SheetNumbers

_ONE = fmpq(1)


@dataclass(frozen=True, slots=True)
class Link:
    """An operand that is not on the sheet: what it must have been, and the way on from it."""

    ref: Ref
    sought: Sought
    onward: Callable[[Quantity], Quantity]


def links(own: ReworkedStep, page: SheetNumbers) -> Iterator[Link]:
    """The operands behind a step through which a number can be followed back."""
    assert own.sought is not None
    for ref, sought, onward in _inverses(own, own.sought):
        if ref not in page and not isinstance(own.book.step(ref), Given):
            yield Link(ref, sought, onward)


_Inverse = tuple[Ref, Sought, Callable[[Quantity], Quantity]]


def _inverses(own: ReworkedStep, sought: Sought) -> Iterator[_Inverse]:
    step = own.step
    match step:
        case Gate():
            if sought.low > 0:
                yield step.operand, _between(sought, sought.low, sought.high), _same
        case Formula() if step.phase == "forward":
            yield from _through_function(own, sought)
        case Sums() | Chain() | Route() | Update():
            yield from _through_product(own, sought)


def _same(value: Quantity) -> Quantity:
    return value


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
    step, stage = own.step, own.stage
    inverse = _INVERSES.get(own.type)
    if inverse is None or stage is None or not isinstance(step, Formula):
        return
    lowest, highest = _RANGE[own.type], _ONE
    low = inverse(sought.low) if sought.low > lowest else None
    high = inverse(sought.high) if sought.high < highest else None
    if low is None and high is None:
        return
    ref = Ref(own.book.steps.full(stage.x.name, own.book.sample(own.ref)), own.ref.cell)
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


def _logit(of: Quantity) -> Quantity:
    return (arb(of) / (1 - arb(of))).log()


def _atanh(of: Quantity) -> Quantity:
    return ((1 + arb(of)) / (1 - arb(of))).log() / 2


_INVERSES: Mapping[str, Callable[[Quantity], Quantity]] = {"sigmoid": _logit, "tanh": _atanh}
_RANGE: Mapping[str, Quantity] = {"sigmoid": fmpq(0), "tanh": fmpq(-1)}
