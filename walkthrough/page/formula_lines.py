"""Formulas put into lines: functions, losses, and the chain rule through a function."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from walkthrough.document import Sum, Working
from walkthrough.mathematics.letters import at_place, written
from walkthrough.mathematics.notation import Cell, Entry, Expression, Product, affine, unravel
from walkthrough.mathematics.notation import Sum as Addition
from walkthrough.numbers.redone import redone, simplified
from walkthrough.numbers.shown import FULL, Known, Shown, shown
from walkthrough.page.said_numbers import Said, Voice, bounded
from walkthrough.trace.steps import AnyStep, Chain, Formula, Ref
from walkthrough.trace.trace import CannotReplay

_MOST_FOR_A_SIDE = 1280
"""Digits that a side of a line is worth; without it the line is as true."""


@dataclass(frozen=True)
class FormulaVoice(Voice):
    """How formulas are put into lines."""

    def formula(self, step: Formula) -> Working:
        """A function's value, the loss, or its slope."""
        slope = step.phase == "backward" and step.stage is self.steps.trace.network.loss
        because = "the loss's derivative" if slope else ""
        return self.expression(step, at_place(step.expression, step.place), step.sample, because)

    def ref(self, entry: Entry, sample: int) -> Ref:
        """The number that an entry at a place stands for."""
        at = tuple(position.constant for position in entry.index)
        cell: Cell = unravel(at[0], entry.tensor.shape) if entry.flat else at
        return Ref(self.steps.full(entry.tensor.name, sample), cell)

    def expression(
        self,
        step: AnyStep,
        placed: Expression,
        sample: int,
        because: str,
        local: tuple[Ref, Expression] | None = None,
    ) -> Working:
        """A line that is one formula: symbols, numbers, what is left of it, value."""

        def ref(entry: Entry) -> Ref:
            return self.ref(entry, sample)

        def attempt(guard: int) -> list[Said]:
            refs: list[Ref | None] = []

            def number(entry: Entry) -> str:
                refs.append(ref(entry))
                return self.text(ref(entry), guard)

            text = written(placed, number, numeric=True)
            try:
                value = redone(placed, lambda entry: self.value(ref(entry), guard), self.digits + guard + 20)
            except ArithmeticError:  # too few digits: 1 − 1.000 in a denominator, or under a logarithm
                return [Said(text, Known(Fraction(0), Fraction(1)), False)]
            said = [Said(text, value, self.all_complete(refs))]
            left = simplified(placed, lambda entry: self._target(ref(entry)))
            shorter = written(left, number, numeric=True)
            if shorter != text and any(sign in shorter for sign in " /(^"):
                said.append(Said(shorter, value, said[0].complete))
            if local is not None:
                said += self._factors(*local, sample, said[0].complete, guard)
            elif step.phase == "backward" and isinstance(placed, Addition) and isinstance(step, Chain):
                said += self._summed(placed, sample, guard)
            return said

        return self.closed(step, [written(placed, lambda entry: self.symbol(ref(entry)))], because, attempt)

    def _target(self, ref: Ref) -> Fraction | None:
        """A target's value, which is carried out where it is 0 or 1; other numbers stay as they are."""
        return self.value(ref) if ref.tensor.partition("@")[0] == "target" else None

    def chain(self, step: Chain) -> Working:
        """A gradient before a function: upstream × local derivative, for each output."""
        products: list[Expression] = []
        for upstream, local, place in step.terms:
            tensor = self.steps.trace.network_tensor(upstream.tensor)
            factor = Entry(tensor, tuple(affine(at) for at in upstream.cell))
            placed = at_place(local, place)
            product = Product((factor, *(placed.factors if isinstance(placed, Product) else (placed,))))
            # δ − y is 1 − y or −y
            products.append(simplified(product, lambda _: None))
        because = "chain rule: upstream × local"
        shortcut = self.steps.shortcut(step)
        if shortcut and self.steps.trace.case.arithmetic.kind == "exact":  # with rounding, only nearly
            because += f"; = {shortcut}"
        if len(products) > 1:
            return self.expression(step, Addition(tuple(products)), step.sample, because)
        upstream, local, place = step.terms[0]
        return self.expression(step, products[0], step.sample, because, (upstream, at_place(local, place)))

    def _factors(
        self, upstream: Ref, local: Expression, sample: int, complete: bool, guard: int
    ) -> list[Said]:
        """Upstream · local derivative, each as one number."""
        slope = self._worked_out(local, sample, guard)
        if slope is None:
            return []
        text = f"{bounded(self.text(upstream, guard))} · {bounded(slope.text)}"
        value = Known(self.value(upstream, guard) * slope.value)
        return [Said(text, value, complete and slope.complete)]

    def _worked_out(self, placed: Expression, sample: int, guard: int) -> Shown | None:
        """An expression as one number; None if it is 0 for a reason that no number of digits shows."""
        trace = self.steps.trace

        def question(precision: int) -> Shown:
            def read(entry: Entry) -> Known:
                ref = self.ref(entry, sample)
                return trace.known(ref.tensor, ref.cell, precision)

            return shown(redone(placed, read, precision), self.digits + guard, FULL + guard)

        try:
            found: Shown = trace.certain(question, _MOST_FOR_A_SIDE)
        except CannotReplay:
            return None
        return found

    def link(self, step: Chain, upstream: Ref) -> Shown | None:
        """What comes back through one output: upstream × local derivative, with digits to spare."""
        local, place = next((local, place) for ref, local, place in step.terms if ref == upstream)
        factor = Entry(
            self.steps.trace.network_tensor(upstream.tensor), tuple(affine(at) for at in upstream.cell)
        )
        return self._worked_out(Product((factor, at_place(local, place))), step.sample, 6)

    def _summed(self, placed: Addition, sample: int, guard: int) -> list[Said]:
        """The terms of a sum, each as one number."""
        found = [self._worked_out(term, sample, guard) for term in placed.terms]
        worth = [each for each in found if each is not None]
        if len(worth) < len(found):
            return []
        total = Known(sum((each.value for each in worth), Fraction(0)))
        return [Said(Sum((tuple(each.text for each in worth),)), total, all(each.complete for each in worth))]
