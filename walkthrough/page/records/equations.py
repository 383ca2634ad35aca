"""A case's equations as plain terms: what a page needs to calculate with them, in a language of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import prod

from walkthrough.document import Equations, Form, Formula, Quantity, Reading
from walkthrough.mathematics import readings
from walkthrough.mathematics.contraction import Contraction
from walkthrough.mathematics.letters import rational, subscript
from walkthrough.mathematics.notation import (
    Entry,
    Equation,
    Expression,
    Index,
    Largest,
    Number,
    Piecewise,
    Product,
    Tensor,
    gradient_name,
    unique,
)
from walkthrough.mathematics.readings import Part
from walkthrough.page.lines.narration import Narration, bounded
from walkthrough.page.records.forms import Ends, ends, forms, product_form
from walkthrough.page.records.ledger import GUARD, Ledger, multiply_adds
from walkthrough.page.records.patterns import Figures, entries, with_patterns
from walkthrough.page.records.transcription import (
    Names,
    Terms,
    axes_of,
    inner_indices,
    positions,
    transcribed,
)
from walkthrough.page.records.worked_lines import worked_lines
from walkthrough.page.voice.products import contractions_of, product_style
from walkthrough.trace.linked import new_loss
from walkthrough.trace.network import Stage
from walkthrough.trace.places import Place
from walkthrough.trace.steps.kinds import Ref
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import Trace

_MOST_PRODUCTS = 15_000
"""Products that a page still writes out at once."""
_LINE = 3
"""A line with its relations and its value is worth so many of them."""


def equations(narration: Narration, opened: bool = False) -> Equations:
    """Every tensor of the case with its numbers and its equations, in the order of computation.

    `opened`: with what it takes to open the lines of large tensors, which then stand nowhere else.
    """
    after = None if opened else new_loss(narration.steps.trace, narration.digits)
    if after is None or after.unsaid:
        return Equations(_Transcript(narration, opened).carried(), narration.digits, GUARD)
    following = replace(narration, steps=Steps(after.trace), _kept={})
    return Equations(_Transcript(following, opened, after.trace).carried(), narration.digits, GUARD)


def is_large(narration: Narration) -> bool:
    """Whether a case has so many products and lines that a page opens its lines one by one."""
    ledger, places = Ledger(narration), narration.steps.trace.places
    products = sum(multiply_adds(each) for name in places for each in ledger.contractions(name))
    lines = sum(prod(place.shape) for place in places.values())
    return products + _LINE * lines > _MOST_PRODUCTS


class _Transcript:
    """The tensors of a narration's trace, those of several steps one after the other."""

    def __init__(self, narration: Narration, opened: bool, after: Trace | None = None) -> None:
        # of what comes after the last update only the loss is told, and no numbers are carried
        self._untold = frozenset(after.own_places if after else ())
        self._narration = narration
        self._trace = narration.steps.trace
        self._at = {name: number for number, name in enumerate(self._trace.places)}
        self._ledger = Ledger(narration)
        large = filter(self._ledger.takes, self._trace.places) if opened else ()
        self._worked = {name: worked_lines(self._ledger, name) for name in large}
        # as they stand in other tensors' lines
        several = (each.operands for each in self._worked.values() if each)
        self._operands = {name: texts for each in several for name, texts in each.items()}

    def carried(self) -> tuple[Quantity, ...]:
        """All of them, without what a page can work out for itself."""
        quantities = list(self.quantities())
        figures = Figures(quantities, self._narration.digits, GUARD)
        precise = self._precise(figures)
        for at, of in enumerate(quantities):
            if of.name in self._worked:
                quantities[at] = self._compact(at, of, figures)
            if at in precise and not quantities[at].worked:
                quantities[at] = self._with_more_digits(quantities[at])
        return tuple(quantities)

    def _precise(self, figures: Figures) -> set[int]:
        """The tensors that updates are worked out from, and means over samples."""
        places = self._trace.places
        own = (q for q in figures.quantities if q.name in self._worked and places[q.name].sample is None)
        return {entry for formula in map(figures.elementwise, own) if formula for entry in entries(formula)}

    def _with_more_digits(self, of: Quantity) -> Quantity:
        found = None if of.given or of.operands or not of.numbers else self._ledger.printed(of.name, GUARD)
        return of if found is None else replace(of, operands=tuple(map(bounded, found.texts)))

    def _compact(self, at: int, of: Quantity, figures: Figures) -> Quantity:
        exact, found = self._trace.exact_arithmetic, None
        if self._worked[of.name] is None:
            lines = tuple(line for some in self._ledger.lines(of.name) for line in some)
            found = with_patterns(of, lines, figures) if exact else None
            of = replace(of, lines=lines) if found is None else found
        # what stands in other lines, with digits of its own, is carried
        return figures.with_worked_numbers(at, of) if exact and of.name not in self._operands else of

    def quantities(self) -> Iterator[Quantity]:
        for name, place in self._trace.places.items():
            found = tuple(self._readings(self._narration.steps.of(name), place))
            numbers = () if name in self._untold else self._numbers(name)
            said = self._operands.get(name, ())
            as_shown = said == tuple(map(bounded, numbers))
            quantity = Quantity(
                name,
                self._letter(name, place),
                place.shape,
                not found,
                bool(found) and name not in self._untold and not self._taken_over(place),
                numbers,
                found,
                () if as_shown else said,
            )
            quantity = replace(quantity, sign=self._narration.renews(Ref(name, (0,) * len(place.shape))))
            yield self._with_lines(self._styled(quantity))

    def _taken_over(self, place: Place) -> bool:
        """Whether a number is that of the step before: the data, and what was learned."""
        steps = self._narration.steps.of(place.name)
        return steps.trace.before is not None and (
            place.local in ("input", "target") or bool(steps.left(place.local))
        )

    def _styled(self, of: Quantity) -> Quantity:
        """With how its products are written, if it is a table of them."""
        local = self._trace.places[of.name].local
        steps = self._narration.steps.of(of.name)
        stage = steps.stage_of(of.name)
        found = () if stage is None or stage is steps.trace.network.loss else contractions_of(stage, local)
        if stage is None or not found:
            return of
        how = product_style(stage, found)
        return replace(of, between=how.between, short=how.short)

    def _with_lines(self, of: Quantity) -> Quantity:
        if of.name not in self._worked:
            return of
        worked = self._worked[of.name]
        if worked is None:
            return of
        return replace(of, relations=worked.relations, special=worked.special)

    def _letter(self, name: str, place: Place) -> str:
        cell = (0,) * len(place.shape)
        return self._narration.symbol(Ref(name, cell)).removesuffix(subscript(cell, place.shape))

    def _numbers(self, name: str) -> tuple[str, ...]:
        """Every number as the case writes it, or as it is shown."""
        grid = self._trace.given_grid(name)
        if grid is not None:
            return tuple(grid.text(at) for at in range(grid.size))
        found = self._ledger.printed(name, 0)
        if found is not None and self._trace.of(name) is self._trace:
            return tuple(found.texts)
        cells = Tensor(name, self._trace.places[name].shape).cells()
        return tuple(self._narration.text(Ref(name, cell)) for cell in cells)

    # --- readings --------------------------------------------------------------------------------

    def _readings(self, steps: Steps, place: Place) -> Iterator[Reading]:
        """How a tensor comes about, as `Steps.step` says it of a cell."""
        trace, local = steps.trace, place.local
        stage = steps.stage_of(place.name)
        moved = {each.left.tensor.name: each for move in trace.moves for each in move.equations}
        if local in moved:
            yield self._function(steps, moved[local], None)
        elif place.sample is None and trace.case.batch:
            yield self._mean(steps, place)
        elif trace.before is not None and local in ("input", "target"):
            yield self._copy(place, trace.before.named(local, place.sample))
        elif trace.before is not None and (before := steps.left(local)):
            yield self._copy(place, before)
        elif stage is not None and local in (stage.z.name, "loss"):
            yield from self._forward(steps, stage, place.sample or 0)
        elif stage is not None and local == gradient_name(trace.network.output.name):
            for equation in stage.equations:
                for entry, slope in equation.derivatives:
                    yield self._function(steps, Equation(entry, slope), place.sample or 0)
        else:
            yield from self._backward(steps, place)

    def _forward(self, steps: Steps, stage: Stage, sample: int) -> Iterator[Reading]:
        if stage.sums:
            for contraction in stage.sums:
                yield self._part(steps, contraction.part, sample)
            return
        for equation in stage.equations:
            yield self._function(steps, equation, sample)

    def _backward(self, steps: Steps, place: Place) -> Iterator[Reading]:
        network, sample = steps.trace.network, place.sample or 0
        for stage in network.layers:
            for tensor in stage.inputs:
                if tensor.grad.name != place.local:
                    continue
                for equation, _, contraction in stage.choices:
                    yield self._choice(steps, stage, equation, contraction, sample)
                for contraction in stage.backward(tensor):
                    yield self._part(steps, contraction.part, sample)

    def _function(self, steps: Steps, equation: Equation, sample: int | None) -> Reading:
        """A formula, in the form that does not overflow where it has one."""
        left, formula = equation.left, equation.computed or equation.right
        variables = unique(left.variables)
        if equation.computed is None:
            return self._read(steps, left, variables, formula, sample)
        inner = (*inner_indices(formula), *inner_indices(equation.right))
        terms = self._terms(steps, (*variables, *inner), sample)
        said = forms(equation.right, lambda part: transcribed(terms, part), False)
        return self._written(left, variables, terms.fold(formula, None), terms, said, ends(formula))

    def _part(self, steps: Steps, part: Part, sample: int | None) -> Reading:
        """A sum of products, or upstream × local derivative."""
        factors: tuple[Expression, ...] = part.factors if part.local is None else (*part.factors, part.local)
        if part.coefficient != 1 or not factors:
            factors = (Number(part.coefficient), *factors)
        formula = factors[0] if len(factors) == 1 else Product(factors)
        read = self._read(steps, part.target, part.variables, formula, sample)
        if part.local is not None:
            return read
        terms = self._terms(steps, (*part.variables, *inner_indices(formula)), sample)
        said = product_form(part.coefficient, tuple(terms.fold(each, None) for each in part.factors))
        above = part.factors[0] if part.factors else None
        row = () if above is None or above.flat else positions(above, terms.at)[:-1]
        return replace(read, forms=(said,), row=row)

    def _choice(
        self, steps: Steps, stage: Stage, equation: Equation, contraction: Contraction, sample: int
    ) -> Reading:
        """Upstream to the winners of a window, or × the slope of a gate."""
        part, right = contraction.part, equation.right
        if not isinstance(right, Largest):
            gate = readings.slopes(right)
            assert gate is not None
            share = Fraction(0)
            if gate.above != gate.below:
                share = (gate.at_zero - gate.below) / (gate.above - gate.below)
            slope = Piecewise(gate.entry, Number(gate.above), Number(gate.below), share)
            formula = Product((*part.factors, slope))
            return self._read(steps, part.target, part.variables, formula, sample)
        terms = self._terms(steps, part.variables, sample)
        upstream, body = terms.fold(part.factors[0], None), terms.fold(right.body, None)
        won = ("share", body, terms.over(right.over), right.tie)
        ended = None if right.tie == "split" else (0, 1)
        said: Form = (upstream, "·", won)
        return self._written(part.target, part.variables, ("product", upstream, won), terms, (said,), ended)

    def _mean(self, steps: Steps, place: Place) -> Reading:
        count = len(steps.trace.case.samples)
        axes = axes_of(place)
        entries: list[Formula] = [
            ("entry", self._at[steps.full(place.local, sample)], axes) for sample in range(count)
        ]
        formula: Formula = ("product", ("number", f"1/{count}"), ("sum", *entries))
        marks: list[Formula] = [("letter", f"⟨{sample + 1}⟩", "") for sample in range(count)]
        several = (part for entry, mark in zip(entries, marks, strict=True) for part in (" + ", entry, mark))
        form: Form = (f"{bounded(rational(Fraction(1, count)))}·(", *tuple(several)[1:], ")")
        ended = ends(Number(Fraction(1, count)))
        return Reading(
            axes, place.shape, formula, len(axes), (form,), ends=None if ended is None else (ended[0], 1)
        )

    def _copy(self, place: Place, before: str) -> Reading:
        axes = axes_of(place)
        entry = ("entry", self._at[before], axes)
        return Reading(axes, place.shape, entry, len(axes), ((entry,),), ends=(0, 1))

    def _read(
        self,
        steps: Steps,
        target: Entry,
        variables: tuple[Index, ...],
        formula: Expression,
        sample: int | None,
    ) -> Reading:
        terms = self._terms(steps, (*variables, *inner_indices(formula)), sample)
        said = forms(formula, lambda part: transcribed(terms, part), True)
        return self._written(target, variables, transcribed(terms, formula), terms, said, ends(formula))

    def _written(
        self,
        target: Entry,
        variables: tuple[Index, ...],
        formula: Formula,
        terms: Terms,
        said: tuple[Form, ...],
        ended: Ends,
    ) -> Reading:
        """The loop goes over the variables; further indices are those of sums inside."""
        extents = tuple(index.extent for index in terms.at)
        where = positions(target, terms.at)
        return Reading(where, extents, formula, len(variables), said, ends=ended)

    def _terms(self, steps: Steps, indices: tuple[Index, ...], sample: int | None) -> Terms:
        at = {index: number for number, index in enumerate(unique(indices))}
        return Terms(at, Names(self._at, steps, sample))
