"""A line of working once more, with somebody's own numbers in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from walkthrough.document import Working
from walkthrough.marking.marked_worksheets import Marked, MarkedSheet
from walkthrough.marking.verdicts.calculation.enclosures import fraction
from walkthrough.marking.worksheets.exercises import Exercise
from walkthrough.marking.worksheets.order_of_computation import gradient_of
from walkthrough.mathematics.notation import Cell
from walkthrough.mathematics.readings import Slopes
from walkthrough.numbers.arithmetic import NeedsPrecision
from walkthrough.numbers.quantities import quantity
from walkthrough.numbers.shown import FULL, Known, Shown
from walkthrough.page.lines.narration import Narration
from walkthrough.trace.steps.kinds import AnyStep, Choice, Ref, Route, Share
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import CannotReplay, Trace
from walkthrough.workbook.operands import Own


def own_line(marked: Marked, own: Own, exercise: Exercise, digits: int) -> Working | None:
    """The line of a claim with one's own earlier numbers; None if it is the same as with the true ones.

    `own` is what its writer has for any number: as they wrote it, or as it follows. None as well where their
    numbers give nothing.
    """
    if marked.from_yours is None:
        return None
    claim = marked.claim
    trace = exercise.trace.of(claim.tensor)
    steps = _OwnSteps(_OwnTrace(trace, own, Ref(claim.tensor, claim.at), marked.from_yours))
    try:
        line = Narration(steps, digits).line(steps.step(claim.tensor, claim.at))
    except (ArithmeticError, NeedsPrecision):
        return None
    true = Steps(trace)
    same = line.sides == Narration(true, digits).line(true.step(claim.tensor, claim.at)).sides
    return None if same else line


def line_of(marked: Marked, sheet: MarkedSheet, exercise: Exercise) -> Marked:
    """The claim whose line is shown: for −∂L/∂z, where ∂L/∂z is not claimed, that of ∂L/∂z."""
    claim = marked.claim
    gradient = gradient_of(exercise.trace, claim.tensor)
    known = (each.claim for each in sheet.claims if each.claim.number is not None)
    if gradient is None or any((each.tensor, each.at) == (gradient, claim.at) for each in known):
        return marked
    return replace(marked, claim=replace(claim, tensor=gradient), from_yours=_negative(marked.from_yours))


def _negative(number: Shown | None) -> Shown | None:
    return None if number is None else replace(number, negative=not number.negative and bool(number.value))


class _OwnTrace(Trace):
    """A trace with somebody's own numbers; `result` is what follows from them for one of its cells."""

    def __init__(self, trace: Trace, own: Own, ref: Ref, result: Shown) -> None:
        super().__init__(trace.case, trace.network, trace.before, trace.back)
        # the steps look at its choices, which are then made again by one's own numbers
        self._runs = trace._runs
        self._true, self._own, self._ref, self._result = trace, own, ref, result

    def known(self, tensor: str, cell: Cell, precision: int | None = None) -> Known:
        """Somebody's own number; of the one cell, what follows; raises CannotReplay where it gives none."""
        if Ref(tensor, cell) == self._ref:  # what they wrote there is what is wrong
            return Known(self._result.value)
        found = self._own(Ref(tensor, cell))
        if found is None:
            raise CannotReplay("own numbers give nothing here")
        return Known(fraction(found))

    def shown(self, tensor: str, cell: Cell, digits: int, full: int = FULL) -> Shown:
        """The same as it is shown."""
        if Ref(tensor, cell) == self._ref:
            return self._result
        return super().shown(tensor, cell, digits, full)

    def certain(self, question: Callable[[int], Any], most: int = 0) -> Any:
        """The answer at the one precision that there is."""
        return question(0)

    def given_text(self, tensor: str, cell: Cell) -> str | None:
        """A number of the case as it is written there, unless somebody read it otherwise."""
        text = super().given_text(tensor, cell)
        if text is not None and self._own(Ref(tensor, cell)) != quantity(
            self._true.known(tensor, cell).value
        ):
            return None
        return text


class _OwnSteps(Steps):
    """The steps, with winners and gates chosen by somebody's own numbers."""

    def step(self, name: str, cell: Cell) -> AnyStep:
        """How a cell comes about in their calculation."""
        step = super().step(name, cell)
        if isinstance(step, Choice):
            return self._chosen(step)
        if isinstance(step, Route):
            return replace(
                step, shares=tuple(self._share(share, step.operand, step.slopes) for share in step.shares)
            )
        return step

    def _chosen(self, step: Choice) -> Choice:
        values = [
            (self.trace.known(ref.tensor, ref.cell).value, at)
            for at, ref in enumerate(step.candidates)
            if ref
        ]
        largest = max(value for value, _ in values)
        ties = tuple(at for value, at in values if value == largest)
        return replace(step, winner=ties[0], ties=ties)

    def _share(self, share: Share, operand: Ref, gate: Slopes | None) -> Share:
        if share.winner is None:
            assert gate is not None
            slopes = {-1: gate.below, 0: gate.at_zero, 1: gate.above}
            return replace(share, share=slopes[self.sign(operand)])
        choice = self.step(share.window.tensor, share.window.cell)
        assert isinstance(choice, Choice)
        winners = [choice.candidates[at] for at in choice.ties]
        tie = self.trace.case.conventions.max_tie
        part = Fraction(1, len(winners)) if tie == "split" else Fraction(1)
        won = operand == winners[0] if tie == "first" else operand in winners
        return replace(share, share=part if won else Fraction(0), winner=winners[0])
