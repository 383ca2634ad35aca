"""Formulas put into lines: functions, losses, and the chain rule through a function."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from walkthrough.document import Sum
from walkthrough.mathematics.letters import at_place, bounded, written
from walkthrough.mathematics.notation import (
    Addition,
    Entry,
    Expression,
    Negative,
    Number,
    Product,
    affine,
    own_part,
    ravel,
    unravel,
)
from walkthrough.numbers.redone import redone, simplified
from walkthrough.numbers.shown import FULL, Known, Shown, shown
from walkthrough.page.lines.drafts import MOST_FOR_A_SIDE, Attempt, Closing, Draft, Said
from walkthrough.page.voice.pieces_in_force import Pieces
from walkthrough.page.voice.reductions import Reductions
from walkthrough.trace.steps.kinds import AnyStep, Chain, Formula, Ref
from walkthrough.trace.trace import CannotReplay

_MOST_REASONS = 2
"""Conditions that a line still names."""


@dataclass(frozen=True)
class FormulaVoice(Closing):
    """How formulas are put into lines; what has been worked out once is kept, such as e^z of a softmax."""

    _kept: dict[tuple[Expression, int | None, int], Shown | None] = field(
        default_factory=dict, repr=False, compare=False
    )

    def formula(self, step: Formula) -> Draft:
        """A function's value, the loss, or its slope."""
        slope = step.phase == "backward" and step.stage is self.steps.trace.network.loss
        because = ("the loss's derivative",) if slope else ()
        return self._expression(step, at_place(step.expression, step.place), step.sample, because)

    def ref(self, entry: Entry, sample: int | None) -> Ref:
        """The number that an entry at a place stands for."""
        return self.steps.placed(entry, sample)

    # --- lines -----------------------------------------------------------------------------------

    def _expression(
        self,
        step: AnyStep,
        placed: Expression,
        sample: int | None,
        because: tuple[str, ...],
        local: tuple[Ref, Expression] | None = None,
    ) -> Draft:
        """A line that is one formula: symbols, numbers, what is left of it, value."""
        decided, why = self._decided(placed, sample)
        symbols = written(decided, lambda entry: self.symbol(self.ref(entry, sample)))
        if _is_number(decided):
            return Draft(step, (), (*because, *why))
        if isinstance(decided, Entry):
            return Draft(step, (symbols,), (*because, *why))

        def attempt(guard: int) -> Attempt:
            return Attempt(tuple(self._sides(step, decided, sample, guard, local)))

        return Draft(step, (symbols,), (*because, *why), attempt, self.renews(step.ref))

    def _sides(
        self,
        step: AnyStep,
        placed: Expression,
        sample: int | None,
        guard: int,
        local: tuple[Ref, Expression] | None,
    ) -> list[Said]:
        refs: list[Ref | None] = []

        def number(entry: Entry) -> str:
            refs.append(self.ref(entry, sample))
            return self.text(refs[-1], guard)

        def value(entry: Entry) -> Fraction:
            return self.value(self.ref(entry, sample), guard)

        text = written(placed, number, numeric=True)
        if not refs:
            return []  # no number of the case is left in it
        try:
            worth = redone(placed, value, self.digits + guard + 20)
        except ArithmeticError:  # too few digits: 1 − 1.000 in a denominator, or under a logarithm
            return [Said(text, Known(Fraction(0), Fraction(1)), False)]
        complete = self.all_complete(refs)
        said = [Said(text, worth, complete)]
        left = simplified(placed, lambda entry: self._target(self.ref(entry, sample)))
        shorter = written(left, number, numeric=True)
        if shorter != text and any(sign in shorter for sign in " /(^"):
            said.append(Said(shorter, worth, complete))
        if local is not None:
            return said + self._factors(*local, sample, complete, guard)
        if isinstance(step, Chain):
            summed = isinstance(placed, Addition) and not all(isinstance(t, Entry) for t in placed.terms)
            return said + (self._summed(placed, sample, guard) if summed else [])
        return said + self._reduced(left, sample, guard)

    def _reduced(self, placed: Expression, sample: int | None, guard: int) -> list[Said]:
        """What a calculator shows on the way: e^(−2.55) ≈ …, and what it is added to."""
        found: list[Said] = []
        reductions = Reductions(
            lambda part: self._worked_out(part, sample, guard),
            lambda entry: self.text(self.ref(entry, sample), guard),
        )

        def value(entry: Entry) -> Fraction:
            own = reductions.shown(entry)
            return self.value(self.ref(entry, sample), guard) if own is None else own.value

        for text, expression in reductions.sides(placed):
            try:
                worth = redone(expression, value, self.digits + guard + 20)
            except ArithmeticError:
                break
            if any(sign in text for sign in " /(·"):
                found.append(Said(text, worth, False))
        return found

    def _decided(self, placed: Expression, sample: int | None) -> tuple[Expression, tuple[str, ...]]:
        """A formula of several pieces as those that hold here, and why; as it stands without numbers."""
        if self.symbolic:
            return placed, ()

        def side(of: Expression) -> tuple[int, str]:
            known = self._worked_out(of, sample, 0)
            condition = written(of, lambda entry: self.symbol(self.ref(entry, sample)))
            if known is None or not known.value:
                return 0, f"{condition} is exactly 0"
            relation, sign = "=" if known.complete else "≈", ">" if known.value > 0 else "<"
            said = condition if isinstance(of, Entry) else f"{condition} {relation} {known.text}"
            return 1 if known.value > 0 else -1, f"{said} {sign} 0"

        pieces = Pieces(side, lambda entry: self._target(self.ref(entry, sample)))
        decided = pieces.in_force(placed)
        reasons = tuple(dict.fromkeys(pieces.reasons))
        return decided, reasons if len(reasons) <= _MOST_REASONS else ()

    def _target(self, ref: Ref) -> Fraction | None:
        """A target's value, which is carried out where it is 0 or 1; other numbers stay as they are."""
        return self.value(ref) if own_part(ref.tensor) == "target" else None

    # --- the chain rule --------------------------------------------------------------------------

    def chain(self, step: Chain) -> Draft:
        """A gradient before a function: upstream × local derivative, for each output."""
        if not step.terms:
            return Draft(step, (), ("it goes into no output",))
        products: list[Expression] = []
        for upstream, local, place in step.terms:
            factor = self._entry(upstream)
            placed = at_place(local, place)
            product = Product((factor, *(placed.factors if isinstance(placed, Product) else (placed,))))
            # δ − y is 1 − y or −y
            products.append(simplified(product, lambda _: None))
        because = ("chain rule: upstream × local derivative", *self._shortcut(step))
        if len(products) > 1:
            return self._expression(step, Addition(tuple(products)), step.sample, because)
        upstream, local, place = step.terms[0]
        slope = self._decided(at_place(local, place), step.sample)[0]
        factors = None if slope == Number(Fraction(1)) else (upstream, slope)
        return self._expression(step, products[0], step.sample, because, factors)

    def _entry(self, ref: Ref) -> Entry:
        """A number as a formula names it."""
        tensor = self.steps.trace.network_tensor(ref.tensor)
        return Entry(tensor, tuple(affine(at) for at in ref.cell))

    def _shortcut(self, step: Chain) -> tuple[str, ...]:
        """`= y − t ≈ 0.9275735146 − 0`, where activation and loss together give no more than that."""
        shortcut, network = self.steps.shortcut(step), self.steps.trace.network
        if not shortcut or network.target is None or self.steps.trace.case.arithmetic.kind != "exact":
            return ()  # with rounding, it is only nearly so
        if self.symbolic:
            return (f"= {shortcut}",)
        place = ravel(step.ref.cell, network.output.shape)
        y, t = (
            Ref(self.steps.full(tensor.name, step.sample), unravel(place, tensor.shape))
            for tensor in (network.output, network.target)
        )
        numbers = shortcut.replace("y", self.text(y)).replace("t", bounded(self.text(t)))
        return (f"= {shortcut} {'=' if self.complete(y) else '≈'} {numbers}",)

    def _factors(
        self, upstream: Ref, local: Expression, sample: int | None, complete: bool, guard: int
    ) -> list[Said]:
        """Upstream · local derivative, each as one number."""
        slope = self._worked_out(local, sample, guard)
        if slope is None:
            return []
        text = f"{bounded(self.text(upstream, guard))} · {bounded(slope.text)}"
        value = Known(self.value(upstream, guard) * slope.value)
        return [Said(text, value, complete and slope.complete)]

    def _summed(self, placed: Expression, sample: int | None, guard: int) -> list[Said]:
        """The terms of a sum, each as one number."""
        assert isinstance(placed, Addition)
        found = [self._worked_out(term, sample, guard) for term in placed.terms]
        worth = [each for each in found if each is not None]
        if len(worth) < len(found):
            return []
        total = Known(sum((each.value for each in worth), Fraction(0)))
        return [Said(Sum((tuple(each.text for each in worth),)), total, all(each.complete for each in worth))]

    def _worked_out(self, placed: Expression, sample: int | None, guard: int) -> Shown | None:
        """An expression as one number; None if it is 0 for a reason that no number of digits shows."""
        key = (placed, sample, guard)
        if key not in self._kept:
            self._kept[key] = self._evaluated(placed, sample, guard)
        return self._kept[key]

    def _evaluated(self, placed: Expression, sample: int | None, guard: int) -> Shown | None:
        def question(precision: int) -> Shown:
            return self.between(self._known(placed, sample, precision), guard)

        try:
            found: Shown = self.steps.trace.certain(question, MOST_FOR_A_SIDE)
        except (CannotReplay, ArithmeticError):
            return None
        return found

    def _known(self, placed: Expression, sample: int | None, precision: int) -> Known:
        def read(entry: Entry) -> Known:
            ref = self.ref(entry, sample)
            return self.steps.trace.known(ref.tensor, ref.cell, precision)

        return redone(placed, read, precision)

    def links(self, step: Chain) -> Iterator[tuple[Ref, Shown, Shown]]:
        """What comes back through each output: upstream, the local derivative as a number, their product."""
        for upstream, local, place in step.terms:
            factor = self._entry(upstream)
            placed = at_place(local, place)
            slope = self._read(placed, step.sample, 2)
            back = self._read(Product((factor, placed)), step.sample, 0)
            if slope is not None and back is not None:
                yield upstream, slope, back

    def _read(self, placed: Expression, sample: int | None, guard: int) -> Shown | None:
        """An expression as programs read it: to so many digits, however the page rounds."""

        def question(precision: int) -> Shown:
            known = self._known(placed, sample, precision)
            return shown(known, self.digits + guard, FULL + guard)

        try:
            found: Shown = self.steps.trace.certain(question, MOST_FOR_A_SIDE)
        except CannotReplay:
            return None
        return found


def _is_number(of: Expression) -> bool:
    return isinstance(of.of if isinstance(of, Negative) else of, Number)
