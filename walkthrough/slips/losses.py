"""Backward from the loss: its slope, its target, its mean and its factor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from flint import fmpq

from walkthrough.mathematics.notation import ravel, unravel
from walkthrough.numbers.formulas import Quantity
from walkthrough.slips import Candidate, Candidates, Told, slip
from walkthrough.slips._lines import equals, factor, text
from walkthrough.trace.steps import Chain, Formula, Mean, Ref, Sums
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
    name = own.book.steps.full(target.name, own.book.sample(own.ref))
    right = {cell: own.number(Ref(name, cell)) for cell in target.cells()}
    others = [(other, said) for other, said in _targets(right) if other != right]
    for other, condition in others:
        try:
            value = _with_target(own, name, right, other)
        except ArithmeticError:
            continue
        if own.fits(value):
            at = next(cell for cell in right if right[cell] != other[cell])
            yield Candidate(value, _telling(condition), Ref(name, at), len(others), condition)


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


def _telling(condition: str) -> Callable[[], Told]:
    return lambda: Told(condition)


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
    count = own.book.steps.shortcut(step).partition("/")[2]
    at = unravel(ravel(own.ref.cell, own.book.shape(own.ref.tensor)), own.book.shape(name))
    return own.right - (other[at] - right[at]) / int(count or 1)


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
        return int(own.book.steps.shortcut(step).partition("/")[2] or 1)
    return 1
