"""A formula with one of its numbers read otherwise, or one place of its Σ left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from walkthrough.mathematics.folding import all_places, rebuilt
from walkthrough.mathematics.letters import at_place, written
from walkthrough.mathematics.notation import Addition, Applied, Cell, Entry, Expression, Total
from walkthrough.numbers.formulas import IndexValues, Quantity, places_of_totals
from walkthrough.slips import Candidate, Candidates, Told
from walkthrough.slips._lines import equals, product_text, sum_line, text
from walkthrough.slips._sides import sides_taken
from walkthrough.trace.steps.kinds import Choice, Formula, Gate, Given, Ref
from walkthrough.workbook.reworked_steps import ReworkedStep


def operands(own: ReworkedStep) -> list[Ref]:
    """The cells that a formula reads, each once; none if the step is no formula."""
    step, found = own.step, dict[Ref, None]()

    def seen(ref: Ref) -> None:
        found[ref] = None

    if isinstance(step, Formula):
        own.formula(step.expression, step.place, instead=seen)
    return list(found)


def read_as(own: ReworkedStep, ref: Ref, number: Quantity, said: str) -> Candidates:
    """A formula with another number in one of its places."""
    step = own.step
    assert isinstance(step, Formula)
    try:
        value = own.formula(step.expression, step.place, instead=lambda each: number if each == ref else None)
    except ArithmeticError:
        return  # such a number has no logarithm
    if own.fits(value):
        condition = f"the {text(own.number(ref))} of {own.book.name(ref)} {said}"
        yield Candidate(
            value, lambda: Told(condition, line_with(own, value, {ref: number})), ref, 4 * len(operands(own))
        )


def formula_text(
    own: ReworkedStep,
    expression: Expression,
    place: IndexValues,
    instead: Mapping[Ref, Quantity] | None = None,
) -> str:
    """A formula with one's own numbers in it: 1/(1 + e^(−2.55))."""
    changed = instead or {}

    def number(entry: Entry) -> str:
        ref = own.refer(entry, {})
        return text(changed[ref] if ref in changed else own.number(ref))

    def value(of: Expression) -> Quantity:
        return own.formula(of, {}, instead=changed.get)

    return written(sides_taken(at_place(expression, place), value), number, numeric=True)


def line_with(own: ReworkedStep, value: Quantity, instead: Mapping[Ref, Quantity]) -> str:
    """The step's line of arithmetic with other numbers in some of its places."""
    step = own.step

    def number(ref: Ref) -> Quantity:
        return instead[ref] if ref in instead else own.number(ref)

    match step:
        case Formula():
            used = [number(ref) for ref in operands(own)]
            return equals(formula_text(own, step.expression, step.place, instead), value, *used)
        case Choice():
            numbers = [number(ref) for ref in step.candidates if ref is not None]
            return equals(f"max({', '.join(map(text, numbers))})", value, *numbers)
        case Gate():
            return gate_line(number(step.operand), value)
        case Given():
            return equals(text(value), value)
    taken = [
        row._replace(
            values=tuple(
                value if ref is None else instead.get(ref, value)
                for ref, value in zip(row.refs, row.values, strict=True)
            )
        )
        for row in own.rows
    ]
    return sum_line(taken, value)


def gate_line(number: Quantity, value: Quantity) -> str:
    """What a gate makes of a number, or lets through of a gradient."""
    if value == number:
        return equals(text(number), value)
    left = product_text((value / number, number)) if value else f"max(0, {text(number)})"
    return equals(left, value, number)


def counted(own: ReworkedStep, times: int, said: str) -> Candidates:
    """A formula's Σ with one of its places left out, or counted twice."""
    step = own.step
    if not isinstance(step, Formula):
        return
    places = places_of_totals(step.expression)
    for here in places if len(places) > 1 else ():
        try:
            value = own.formula(step.expression, step.place, counted=_only(here, times))
        except ArithmeticError:
            continue
        if own.fits(value):
            yield Candidate(value, _counted_so(own, step, here, times, said, value), None, len(places))


def _counted_so(
    own: ReworkedStep, step: Formula, here: Cell, times: int, said: str, value: Quantity
) -> Callable[[], Told]:
    def told() -> Told:
        condition = f"term {', '.join(str(at + 1) for at in here)} of the sum is {said}"
        written_out = with_totals(step.expression, lambda total: _repeated(total, here, times))
        line = equals(formula_text(own, written_out, step.place), value, *map(own.number, operands(own)))
        return Told(condition, line)

    return told


def _repeated(total: Total, here: Cell, times: int) -> Expression:
    """A Σ written out, one of its places otherwise than once."""
    terms = []
    for place in all_places(total.over):
        same = tuple(place[index] for index in total.over) == here
        terms += [at_place(total.body, place)] * (times if same else 1)
    return terms[0] if len(terms) == 1 else Addition(tuple(terms))


def with_totals(of: Expression, change: Callable[[Total], Expression]) -> Expression:
    """The same expression with something else in the place of each Σ."""
    return change(of) if isinstance(of, Total) else rebuilt(of, lambda part: with_totals(part, change))


def _only(here: Cell, times: int) -> Callable[[Cell], int]:
    """How often a place of a Σ counts: one of them otherwise than once."""
    return lambda place: times if place == here else 1


def argument(own: ReworkedStep) -> Ref | None:
    """The only number that a function of the forward pass is taken of; None if it is no such function."""
    step = own.step
    if not isinstance(step, Formula) or step.phase != "forward":
        return None
    inside = operands(own)
    return inside[0] if len(inside) == 1 else None


def without_power(of: Expression) -> Expression:
    """The same expression with z in the place of e^z."""
    if isinstance(of, Applied) and of.function == "exp":
        return without_power(of.to)
    return rebuilt(of, without_power)


def without_place(of: Total, term: Expression, place: IndexValues) -> Expression:
    """A Σ written out, without the term that this one is."""
    own = at_place(term, place)
    terms = [at_place(of.body, {**place, **each}) for each in all_places(of.over)]
    others = tuple(each for each in terms if each != own)
    if not others:
        raise ArithmeticError("nothing is left")
    return others[0] if len(others) == 1 else Addition(others)
