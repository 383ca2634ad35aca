"""Steps put into lines of working: symbols → numbers → value, and the reason in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from walkthrough.document import Sum, Working
from walkthrough.mathematics.letters import MINUS, bounded, rational
from walkthrough.numbers.shown import Known
from walkthrough.page.lines.choice_lines import ChoiceVoice
from walkthrough.page.lines.drafts import Attempt, Draft, Said
from walkthrough.page.lines.formula_lines import FormulaVoice
from walkthrough.page.lines.sum_lines import SumVoice, rule_of
from walkthrough.trace.steps.kinds import (
    AnyStep,
    Chain,
    Choice,
    Formula,
    Gate,
    Given,
    Mean,
    Ref,
    Route,
    Sums,
    Update,
)

__all__ = ["Narration", "bounded", "rule_of"]


@dataclass(frozen=True)
class Narration(SumVoice, FormulaVoice, ChoiceVoice):
    """How the steps of a trace are put into lines, whatever they are."""

    def line(self, step: AnyStep) -> Working:
        """The working of a step, with as many digits as it takes to redo it."""
        return self.closed(self.draft(step))

    def lines(self, steps: Iterable[AnyStep], least: int = 0) -> list[Working]:
        """The workings of like steps, with the same digits in all of them."""
        drafts = [self.draft(step) for step in steps]
        guard = max(least, self.common(drafts))
        return [self.closed(draft, guard) for draft in drafts]

    def draft(self, step: AnyStep) -> Draft:
        """A step as a line whose digits are not decided."""
        own = self.at(step.ref)
        if own is not self:
            return own.draft(step)
        match step:
            case Sums():
                return self.sums(step)
            case Choice():
                return self.choice(step)
            case Gate():
                return self.gate(step)
            case Formula():
                return self.formula(step)
            case Chain():
                return self.chain(step)
            case Route():
                return self.route(step)
            case Mean():
                return self._mean(step)
            case Update():
                return self._update(step)
            case Given():
                return Draft(step, (), ("given",))

    def at(self, ref: Ref) -> Narration:
        """The narration of the step of training that a cell belongs to."""
        own = self.steps.of(ref.tensor)
        return self if own is self.steps else replace(self, steps=own, _kept={})

    # --- means and updates -----------------------------------------------------------------------

    def _mean(self, step: Mean) -> Draft:
        count = len(step.over)
        own = self.symbol(step.ref)
        before, after = f"{bounded(rational(Fraction(1, count)))}·(", ")"
        names = tuple(f"{own}⟨{number + 1}⟩" for number in range(count))

        def attempt(guard: int) -> Attempt:
            total = sum((self.value(ref, guard) for ref in step.over), Fraction(0))
            texts = tuple(self.text(ref, guard) for ref in step.over)
            complete = self.all_complete([*step.over])
            return Attempt((Said(Sum((texts,), before, after), Known(total / count), complete),))

        return Draft(step, (Sum((names,), before, after),), ("the mean over the samples",), attempt)

    def _update(self, step: Update) -> Draft:
        rate = self.steps.trace.case.learning_rate
        assert rate is not None
        symbols = f"{self.symbol(step.old)} {MINUS} α·{self.symbol(step.gradient)}"

        def attempt(guard: int) -> Attempt:
            gradient = self.value(step.gradient, guard)
            old, complete = self.value(step.old, guard), self.all_complete([step.old, step.gradient])
            before = self.text(step.old, guard)
            product = f"{bounded(rate.shown)}·{bounded(self.text(step.gradient, guard))}"
            text = f"{before} {MINUS} {product}"
            said = [Said(text, Known(old - rate.value * gradient), complete)]
            if gradient:
                change = self.between(Known(rate.value * gradient), guard)
                less = change.text.removeprefix(MINUS) if change.negative else MINUS + change.text
                side = Sum(((before, less),))
                said.append(Said(side, Known(old - change.value), change.complete and complete))
            return Attempt(tuple(said))

        return Draft(step, (symbols,), (), attempt, "←")
