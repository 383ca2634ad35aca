"""A formula with one of its numbers read otherwise, or one place of its Σ left out."""

from __future__ import annotations

from collections.abc import Callable

from walkthrough.mathematics.notation import Cell
from walkthrough.numbers.formulas import Quantity, places_of_totals
from walkthrough.slips import Candidate, Candidates, Told
from walkthrough.slips._lines import text
from walkthrough.trace.steps import Formula, Ref
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
        yield Candidate(
            value, lambda: Told(f"the {text(own.number(ref))} of {own.book.name(ref)} {said}"), ref, 4
        )


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
            condition = f"term {', '.join(str(at + 1) for at in here)} of the sum is {said}"
            yield Candidate(value, lambda said=condition: Told(said), None, len(places))  # type: ignore[misc]


def _only(here: Cell, times: int) -> Callable[[Cell], int]:
    """How often a place of a Σ counts: one of them otherwise than once."""
    return lambda place: times if place == here else 1
