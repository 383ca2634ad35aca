"""Backward from the loss: its slope, its target, its mean and its factor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TypeAlias

from flint import fmpq

from walkthrough.mathematics.folding import rebuilt
from walkthrough.mathematics.letters import at_place, rational
from walkthrough.mathematics.notation import Equation, Expression, Power, entries, own_part, ravel, unravel
from walkthrough.mathematics.readings import ONE, Part
from walkthrough.numbers.formulas import IndexValues, Quantity
from walkthrough.numbers.quantities import quantity
from walkthrough.slips import Candidate, Candidates, Told, slip
from walkthrough.slips._alternatives import other_losses
from walkthrough.slips._functions import formula_text, line_with, operands
from walkthrough.slips._lines import equals, factor, text
from walkthrough.trace.network import Stage
from walkthrough.trace.steps.kinds import Chain, Formula, Mean, Ref, Sums
from walkthrough.workbook.reworked_steps import ReworkedStep

Target: TypeAlias = dict[tuple[int, ...], Quantity]


@slip(common=6)
def error_reversed(own: ReworkedStep) -> Candidates:
    """−v at the loss: the target minus the output instead of the output minus the target."""
    if _at_the_loss(own):
        yield Candidate(
            -own.right,
            lambda: Told(
                "target and output change places, t − y instead of y − t",
                equals(f"−({text(own.right)})", -own.right),
            ),
            None,
            1,
            "error reversed",
        )


@slip(common=4)
def wrong_target(own: ReworkedStep) -> Candidates:
    """1 − t, or another one-hot target."""
    step, target = own.step, own.book.trace.network.target
    loss = isinstance(step, Formula) and step.phase == "loss"
    if target is None or not (loss or _at_the_loss(own)):
        return
    name = own.book.beside(target.name, own.ref)
    right = {cell: own.number(Ref(name, cell)) for cell in target.cells()}
    others = [(other, said) for other, said in _targets(right) if other != right]
    for other, condition in others:
        try:
            value = _with_target(own, name, right, other)
        except ArithmeticError:
            continue
        if own.fits(value):
            at = next(cell for cell in right if right[cell] != other[cell])
            yield Candidate(
                value, _with_line(own, name, other, value, condition), Ref(name, at), len(others), condition
            )


@slip(common=5)
def mean_forgotten(own: ReworkedStep) -> Candidates:
    """Not divided by how many there are: n times as much."""
    count = _averaged_over(own)
    if count > 1:
        value = own.right * count

        def told() -> Told:
            return Told(
                f"the mean over {count} is forgotten, only the sum is taken",
                equals(f"{count}·{factor(own.right)}", value, own.right),
            )

        yield Candidate(value, told, None, 1, "mean forgotten")


@slip(common=6)
def factor_two(own: ReworkedStep) -> Candidates:
    """The 2 or the ½ of the squared error forgotten."""
    half = own.structure.square_factor
    if half is None or not isinstance(own.step, Formula):
        return
    factors = {"its factor": fmpq(half.denominator, half.numerator)} if half and half != 1 else {}
    if own.step.phase == "backward":
        factors["the 2 of the derivative"] = fmpq(1, 2)
    for name, times in factors.items():
        value = own.right * times

        def told(name: str = name, times: Quantity = times, value: Quantity = value) -> Told:
            line = equals(f"{text(times)}·{factor(own.right)}", value, own.right)
            return Told(f"{name} of the squared error is forgotten", line)

        yield Candidate(value, told, None, len(factors), f"{name} forgotten")


@slip(common=4)
def other_loss(own: ReworkedStep) -> Candidates:
    """Another loss: squared error for cross-entropy or the reverse, its value or its slope."""
    step, stage, target = own.step, own.stage, own.book.trace.network.target
    if not isinstance(step, Formula) or stage is None or target is None or stage is not _loss(own):
        return
    if own_part(own.ref.tensor) not in ("loss", stage.x.grad.name):
        return
    others = other_losses(stage.type)
    for word, loss in others:
        given = own.book.trace.case.samples[step.sample or 0].target
        assert given is not None
        try:
            loss.check_target(given)
        except ValueError:
            continue
        for equation in loss.equations(stage.x, target, stage.z):
            for formula, place in _of_loss(own, equation):
                yield from _another_loss(own, formula, place, word, len(others))


def _of_loss(own: ReworkedStep, equation: Equation) -> Iterator[tuple[Expression, IndexValues]]:
    """The loss's formula, or its slope at the entry that the step is about."""
    if own.step.phase == "loss":
        yield equation.right, {}
        return
    for entry, slope in equation.derivatives:
        for place in Part(entry, ONE, (), entry.variables).places(own.ref.cell):
            yield slope, dict(zip(entry.variables, place, strict=True))


def _another_loss(
    own: ReworkedStep, formula: Expression, place: IndexValues, word: str, places: int
) -> Candidates:
    try:
        value = own.formula(formula, place)
    except ArithmeticError:
        return
    if own.fits(value):
        assert own.stage is not None
        said, slope = word.replace("_", " "), "the slope of " if own.step.phase == "backward" else ""
        condition = f"{slope}{said} is taken instead of {own.stage.type.replace('_', ' ')}"
        numbers = [own.number(own.refer(entry, {})) for entry, _ in entries(at_place(formula, place))]

        def told() -> Told:
            return Told(condition, equals(formula_text(own, formula, place), value, *numbers))

        yield Candidate(value, told, None, places, condition)


@slip(common=4)
def square_forgotten(own: ReworkedStep) -> Candidates:
    """The differences added up as they are, without squares: Σ(t − y)."""
    step, half = own.step, own.structure.square_factor
    if half is None or not isinstance(step, Formula) or step.phase != "loss":
        return
    bare = without_squares(step.expression)
    numbers = [own.number(ref) for ref in operands(own)]
    value = own.formula(bare, step.place)
    ways = {"": ONE, ", and without its factor": 1 / half} if half != 1 else {"": ONE}
    for said, times in ways.items():
        result = value * quantity(Fraction(times))
        left = formula_text(own, bare, step.place)
        left = f"{rational(Fraction(times))}·{left}" if times != 1 else left
        line = equals(left, result, *numbers)
        condition = f"the differences are not squared{said}"
        yield Candidate(result, _saying(condition, line), None, len(ways), condition)


def without_squares(of: Expression) -> Expression:
    """The same expression with a in the place of a²."""
    if isinstance(of, Power) and of.exponent == 2:
        return without_squares(of.base)
    return rebuilt(of, without_squares)


def _saying(condition: str, line: str) -> Callable[[], Told]:
    return lambda: Told(condition, line)


def _loss(own: ReworkedStep) -> Stage | None:
    return own.book.trace.network.loss


def _with_line(
    own: ReworkedStep, name: str, other: Target, value: Quantity, condition: str
) -> Callable[[], Told]:
    def told() -> Told:
        if isinstance(own.step, Formula):
            instead = {Ref(name, cell): number for cell, number in other.items()}
            return Told(condition, line_with(own, value, instead))
        there = unravel(ravel(own.ref.cell, own.book.shape(own.ref.tensor)), own.book.shape(name))
        right = own.number(Ref(name, there))
        left = f"{text(own.right)} + {factor(right)} − {factor(other[there])}"
        return Told(condition, equals(left, value, own.right) if _count(own) == 1 else "")

    return told


def _count(own: ReworkedStep) -> int:
    """Of how many outputs a slope that comes down to y − t is the mean."""
    assert isinstance(own.step, Chain)
    return int(own.book.steps.shortcut(own.step).partition("/")[2] or 1)


# --- the loss's slope --------------------------------------------------------------------------


def _at_the_loss(own: ReworkedStep) -> bool:
    """Whether the step is the loss's slope, or that slope taken together with the activation, y − t."""
    step = own.step
    if isinstance(step, Chain):
        return bool(own.book.steps.shortcut(step))
    return isinstance(step, Formula) and step.phase == "backward"


def _with_target(own: ReworkedStep, name: str, right: Target, other: Target) -> Quantity:
    """What the step gives with another target."""
    step = own.step
    if isinstance(step, Formula):
        return own.formula(
            step.expression, step.place, instead=lambda ref: other[ref.cell] if ref.tensor == name else None
        )
    assert isinstance(step, Chain)
    at = unravel(ravel(own.ref.cell, own.book.shape(own.ref.tensor)), own.book.shape(name))
    return own.right - (other[at] - right[at]) / _count(own)


# --- targets and means -------------------------------------------------------------------------


def _targets(right: Target) -> Iterator[tuple[Target, str]]:
    """Targets that one could have taken instead: another class, or 1 − t."""
    ones = [cell for cell, value in right.items() if value == 1]
    if len(right) > 1 and len(ones) == 1 and sum(value != 0 for value in right.values()) == 1:
        for cell in right:
            if cell != ones[0]:
                said = f"class {cell[-1] + 1} is taken for the right one instead of class {ones[0][-1] + 1}"
                yield {each: fmpq(int(each == cell)) for each in right}, said
    yield (
        {cell: 1 - value for cell, value in right.items()},
        "the target is taken the other way round, 1 − t for t",
    )
    for cell, value in right.items() if len(right) > 1 else ():
        yield {**right, cell: 1 - value}, f"target {cell[-1] + 1} is taken the other way round, 1 − t for t"


def _averaged_over(own: ReworkedStep) -> int:
    """Of how many numbers the step takes the mean."""
    step = own.step
    if isinstance(step, Mean):
        return len(step.over)
    if isinstance(step, Formula) and own.structure.loss_mean_of:
        return own.structure.loss_mean_of
    if isinstance(step, Sums) and step.phase == "backward" and own.rows and own.structure.mean_of:
        return own.structure.mean_of
    if isinstance(step, Chain) and own.book.steps.shortcut(step):
        return _count(own)
    return 1
