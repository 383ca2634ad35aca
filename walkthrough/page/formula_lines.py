"""Formulas put into lines: functions, losses, and the chain rule through a function."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from walkthrough.document import Sum, Working
from walkthrough.mathematics.folding import has_pieces
from walkthrough.mathematics.letters import MINUS, at_place, written
from walkthrough.mathematics.notation import (
    Cell,
    Entry,
    Expression,
    Negative,
    Number,
    Product,
    affine,
    unravel,
)
from walkthrough.mathematics.notation import Sum as Addition
from walkthrough.numbers.arithmetic import NeedsPrecision
from walkthrough.numbers.redone import redone, simplified
from walkthrough.numbers.shown import FULL, Known, Shown, shown
from walkthrough.page.pieces import Pieces
from walkthrough.page.said_numbers import Said, Voice, bounded
from walkthrough.trace.steps import AnyStep, Chain, Formula, Ref
from walkthrough.trace.trace import CannotReplay

_MOST_REASONS = 2
"""Conditions that a line still names."""
_MOST_FOR_A_SIDE = 1280
"""Digits that a side of a line is worth; without it the line is as true."""


@dataclass(frozen=True)
class FormulaVoice(Voice):
    """How formulas are put into lines."""

    def formula(self, step: Formula) -> Working:
        """A function's value, the loss, or its slope."""
        because = "the loss's derivative" if step.phase == "backward" else ""
        placed, reason = self._in_force(at_place(step.expression, step.place), step.sample)
        return self.expression(step, placed, step.sample, reason or because)

    def _in_force(self, placed: Expression, sample: int) -> tuple[Expression, str]:
        """The pieces of a formula that are in force, and why; as it stands where there are no numbers."""
        if self.symbolic or not has_pieces(placed):
            return placed, ""
        pieces = Pieces(
            lambda of: self._side(of, sample),
            lambda entry: self.symbol(self.ref(entry, sample)),
            lambda entry: self._target(self.ref(entry, sample)),
        )
        left = pieces.in_force(placed)
        reasons = list(dict.fromkeys(pieces.reasons))
        return left, f"because {' and '.join(reasons)}" if 0 < len(reasons) <= _MOST_REASONS else ""

    def _side(self, of: Expression, sample: int) -> int:
        """−1, 0 or 1: on which side of a kink the numbers are, or the replay has proved them to be."""
        trace = self.steps.trace

        def question(precision: int) -> int:
            def read(entry: Entry) -> Known:
                ref = self.ref(entry, sample)
                return trace.known(ref.tensor, ref.cell, precision)

            known = redone(of, read, precision)
            if 0 < abs(known.value) <= known.spread:
                raise NeedsPrecision("the side of a kink")
            return (known.value > 0) - (known.value < 0)

        try:
            found: int = trace.certain(question, _MOST_FOR_A_SIDE)
        except CannotReplay:
            return 0
        return found

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

        symbols = written(placed, lambda entry: self.symbol(ref(entry)))

        def attempt(guard: int) -> list[Said]:
            refs: list[Ref | None] = []

            def number(entry: Entry) -> str:
                refs.append(ref(entry))
                return self.text(ref(entry), guard)

            text = written(placed, number, numeric=True)
            if isinstance(placed, Entry) or text == symbols:
                return []  # the same number, or no entry in it
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
            elif isinstance(step, Chain) and isinstance(placed, Addition) and not _plain(placed):
                said += self._summed(placed, sample, guard, str(said[-1].side))
            return said

        return self.closed(step, [] if _is_number(placed) else [symbols], because, attempt)

    def _target(self, ref: Ref) -> Fraction | None:
        """A target's value, which is carried out where it is 0 or 1; other numbers stay as they are."""
        return self.value(ref) if ref.tensor.partition("@")[0] == "target" else None

    def chain(self, step: Chain) -> Working:
        """A gradient before a function: upstream × local derivative, for each output."""
        if not step.terms:
            return self.closed(step, [], "because it goes into no output")
        products: list[Expression] = []
        locals_: list[Expression] = []
        reasons: list[str] = []
        for upstream, local, place in step.terms:
            tensor = self.steps.trace.network_tensor(upstream.tensor)
            factor = Entry(tensor, tuple(affine(at) for at in upstream.cell))
            placed, why = self._in_force(at_place(local, place), step.sample)
            reasons += [why] if why else []
            locals_.append(placed)
            product = Product((factor, *(placed.factors if isinstance(placed, Product) else (placed,))))
            # δ − y is 1 − y or −y
            products.append(simplified(product, lambda _: None))
        because = "chain rule: upstream × local"
        if reasons and len(products) == 1:
            because += f", {reasons[0]}"
        shortcut = self.steps.shortcut(step)
        if shortcut and self.steps.trace.case.arithmetic.kind == "exact":  # with rounding, only nearly
            because += f"; = {shortcut}"
        if len(products) > 1:
            return self.expression(step, Addition(tuple(products)), step.sample, because)
        of_one = None if locals_[0] == Number(Fraction(1)) else (step.terms[0][0], locals_[0])
        return self.expression(step, products[0], step.sample, because, of_one)

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

    def _summed(self, placed: Addition, sample: int, guard: int, before: str) -> list[Said]:
        """The terms of a sum, each as one number; nothing, if that is how they stood before."""
        found = [self._worked_out(term, sample, guard) for term in placed.terms]
        worth = [each for each in found if each is not None]
        if len(worth) < len(found):
            return []
        if before == " + ".join(each.text for each in worth).replace(f"+ {MINUS}", f"{MINUS} "):
            return []
        total = Known(sum((each.value for each in worth), Fraction(0)))
        return [Said(Sum((tuple(each.text for each in worth),)), total, all(each.complete for each in worth))]


def _is_number(of: Expression) -> bool:
    return isinstance(of.of if isinstance(of, Negative) else of, Number)


def _plain(of: Addition) -> bool:
    """Whether its terms are entries as they are, so that there is nothing to work out first."""
    return all(isinstance(term, Entry) for term in of.terms)
