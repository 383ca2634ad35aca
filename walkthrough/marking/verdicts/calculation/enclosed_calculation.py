"""A case's calculation, number after number: what each follows from, and what it truly is.

A number is known by its place in the order of computation, so that what it follows from stands before
it. Everything is laid out when it is first asked for, and serves all worksheets on the case.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Mapping
from copy import copy
from fractions import Fraction
from functools import cached_property

from walkthrough.marking.verdicts.calculation.enclosed_formulas import EnclosedFormula, enclosed
from walkthrough.marking.verdicts.calculation.enclosed_steps import (
    EnclosedChain,
    EnclosedFunction,
    EnclosedGate,
    EnclosedLargest,
    EnclosedRoute,
    EnclosedStep,
    EnclosedSum,
    Passage,
    Summand,
    gate_shares,
)
from walkthrough.marking.verdicts.calculation.enclosures import ONE, ZERO, Enclosure, Rational
from walkthrough.marking.verdicts.calculation.kept_results import KeptResults
from walkthrough.marking.verdicts.calculation.winners import share_of
from walkthrough.marking.worksheets.order_of_computation import order_of_computation
from walkthrough.mathematics.notation import Cell, Entry, Expression, Tensor, beside, ravel, unravel
from walkthrough.mathematics.readings import Slopes
from walkthrough.numbers.formulas import IndexValues
from walkthrough.numbers.quantities import quantity
from walkthrough.numbers.shown import Known, Shown
from walkthrough.trace.steps.kinds import (
    AnyStep,
    Chain,
    Choice,
    Formula,
    Gate,
    Mean,
    Ref,
    Route,
    Sums,
    Update,
)
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import Trace

# an enclosure is narrow enough if it fixes so many digits; a saturated sigmoid needs more precision
_NARROW = 10**25
_PRECISIONS = (40, 80, 320, 1280)


class Node:
    """A number of the calculation: the ways to work it out (none: it is given), and its true value.

    `as_it_is` is what follows from true values. `copies` if nobody rounds it anew: it is taken over as it
    stands, or given and of so many digits.
    """

    __slots__ = ("as_it_is", "copies", "operands", "steps", "truth")

    def __init__(self, steps: tuple[EnclosedStep, ...], truth: Enclosure) -> None:
        self.steps = steps
        self.truth = truth
        self.as_it_is = (truth,)
        self.operands = frozenset(n for step in steps for n in step.operands)
        self.copies = all(step.copies for step in steps) if steps else _ends(truth[0])


def _ends(value: Rational) -> bool:
    """Whether a number has so many decimals: not 1/3."""
    below = int(value.q)
    for prime in (2, 5):
        while below % prime == 0:
            below //= prime
    return below == 1


def _slopes(gate: Slopes) -> tuple[Rational, Rational, Rational]:
    """A gate's slopes: above 0, below 0, and at exactly 0."""
    return _slope(gate.above), _slope(gate.below), _slope(gate.at_zero)


def _slope(of: Fraction) -> Rational:
    """A slope; 1 and 0 are always the same objects, with which nothing is multiplied."""
    return ONE if of == 1 else quantity(of) if of else ZERO


class _Truth(dict[int, Enclosure]):
    """The true values, looked up when first asked for; it contains nothing that anybody wrote."""

    def __init__(self, calculation: Calculation) -> None:
        self._calculation = calculation

    def __missing__(self, number: int) -> Enclosure:
        found = self[number] = self._calculation.enclosure(number)
        return found


class Calculation:
    """All numbers of a trace, laid out for marking.

    What is written down on the way (e^z, a slope, rate × gradient) has its place among them, but other
    numbers follow from it only where somebody wrote it: see `through`.
    """

    def __init__(self, trace: Trace, digits: int = 10) -> None:
        self.trace = trace
        self.digits = digits
        self.steps = Steps(trace)
        self.first: dict[str, int] = {}
        count = 0
        for name, place in order_of_computation(trace).items():
            self.first[name] = count
            count += Tensor(name, place.shape).size
        self.truth = _Truth(self)
        self.memory = KeptResults()
        self._on_the_way: frozenset[int] = frozenset()
        self._nodes: dict[int, Node] = {}
        self._expected: dict[int, Shown] = {}
        self._numbers: dict[str, dict[Cell, int]] = {}

    def through(self, on_the_way: frozenset[int]) -> Calculation:
        """The same calculation by way of these numbers, which somebody wrote down on the way."""
        if not on_the_way:
            return self
        other = copy(self)
        other._on_the_way = on_the_way
        other.memory = KeptResults()
        other._nodes = {}
        other.__dict__.pop("_shapes", None)
        return other

    def on_the_way(self, tensor: str) -> bool:
        """Whether a tensor is one that is written down on the way to others."""
        return tensor in self.trace.on_the_way

    # --- which number it is ------------------------------------------------------------------------

    def number(self, tensor: str, cell: Cell) -> int:
        """The place of a cell in the order of computation."""
        known = self._numbers.setdefault(tensor, {})
        if cell not in known:
            known[cell] = self.first[tensor] + ravel(cell, self.trace.place(tensor).shape)
        return known[cell]

    def ref(self, number: int) -> Ref:
        """The cell at a place in the order of computation."""
        names, starts = self._starts
        name = names[bisect_right(starts, number) - 1]
        return Ref(name, unravel(number - self.first[name], self.trace.place(name).shape))

    @cached_property
    def _starts(self) -> tuple[list[str], list[int]]:
        return list(self.first), list(self.first.values())

    def _of(self, ref: Ref) -> int:
        return self.number(ref.tensor, ref.cell)

    # --- what it truly is --------------------------------------------------------------------------

    def enclosure(self, number: int) -> Enclosure:
        """The true value, or an enclosure of it that fixes at least 25 digits where that can be had."""
        return self._interval(self._known(number))

    def _known(self, number: int) -> Known:
        ref = self.ref(number)
        for precision in _PRECISIONS:
            known = self.trace.known(ref.tensor, ref.cell, precision)
            if known.spread * _NARROW <= abs(known.value):
                break
        return known

    def nearer(self, number: int, precision: int) -> Enclosure:
        """The true value to so many digits, for a written number that the usual ones cannot judge."""
        ref = self.ref(number)
        return self._interval(self.trace.known(ref.tensor, ref.cell, precision))

    def _interval(self, known: Known) -> Enclosure:
        value = quantity(known.value)
        if not known.spread:
            return value, value
        spread = quantity(known.spread)
        return value - spread, value + spread

    def expected(self, number: int) -> Shown:
        """The true value, as it is shown."""
        if number not in self._expected:
            ref = self.ref(number)
            self._expected[number] = self.trace.shown(ref.tensor, ref.cell, self.digits, self.digits)
        return self._expected[number]

    # --- what it follows from ----------------------------------------------------------------------

    def node(self, number: int) -> Node:
        """How a number comes about."""
        found = self._nodes.get(number)
        if found is None:
            ref = self.ref(number)
            steps = self._enclosed_steps(self.steps.step(ref.tensor, ref.cell))
            truth = self.truth[number]
            found = self._nodes[number] = Node(steps, truth)
        return found

    def _enclosed_steps(self, step: AnyStep) -> tuple[EnclosedStep, ...]:
        match step:
            case Sums():
                return (EnclosedSum(self._summands(step), self.truth),)
            case Mean():
                share = quantity(Fraction(1, len(step.over)))
                return (EnclosedSum((Summand(share, self._of(ref)) for ref in step.over), self.truth),)
            case Update():
                old = Summand(ONE, self._of(step.old))
                written = self._written(beside(step.old.tensor, "step"), step.ref.cell)
                if written is not None:
                    return (EnclosedSum((old, Summand(-ONE, written)), self.truth),)
                less = Summand(-quantity(step.rate), self._of(step.gradient))
                return (EnclosedSum((old, less), self.truth),)
            case Choice():
                return (EnclosedLargest(self._window(step)),)
            case Gate():
                return (EnclosedGate(self._of(step.operand), *_slopes(step.slopes)[:2]),)
            case Formula():
                terms = self._terms_of_loss(step)
                if terms is not None:
                    return (terms,)
                return (EnclosedFunction(self._own_formula(step)),)
            case Chain():
                return self._chain(step)
            case Route():
                slope = self._written_slope(step, step.ref.cell)
                if slope is not None:
                    upstream = self._of(step.shares[0].upstream)
                    return (EnclosedSum((Summand(ONE, upstream, slope),), self.truth),)
                return (EnclosedRoute(self._passage(step, at) for at in range(len(step.shares))),)
        return ()

    def _summands(self, step: Sums) -> list[Summand]:
        found = []
        for term in step.terms:
            if None not in term.factors:
                factors = [self._of(ref) for ref in term.factors if ref is not None]
                coefficient = ONE if term.coefficient == 1 else quantity(term.coefficient)
                found.append(Summand(coefficient, *(factors or [-1])))
        return found

    def _window(self, step: Choice) -> tuple[int, ...]:
        return tuple(self._of(ref) for ref in step.candidates if ref is not None)

    def _formula(self, step: Formula | Chain, expression: Expression, place: IndexValues) -> EnclosedFormula:
        return enclosed(expression, place, self._number_of(step), self._shapes)

    def _number_of(self, step: Formula | Chain) -> Callable[[Entry, IndexValues], int]:
        steps = self.steps.of(step.ref.tensor)

        def number_of(entry: Entry, at: IndexValues) -> int:
            cell = tuple(position.at(at) for position in entry.index)
            if entry.flat:
                cell = unravel(cell[0], entry.tensor.shape)
            return self.number(steps.full(entry.tensor.name, step.sample), cell)

        return number_of

    # --- what was written down on the way ----------------------------------------------------------

    def _written(self, tensor: str, cell: Cell) -> int | None:
        """The place of a number on the way, if somebody wrote it."""
        if not self._on_the_way or tensor not in self.first:
            return None
        number = self.number(tensor, cell)
        return number if number in self._on_the_way else None

    @cached_property
    def _shapes(self) -> Mapping[Hashable, int]:
        """The parts of formulas for which somebody wrote down a number."""
        found: dict[Hashable, int] = {}
        for number in sorted(self._on_the_way):
            ref = self.ref(number)
            step = self.steps.step(ref.tensor, ref.cell)
            if isinstance(step, Formula):
                # a sum of e^z follows from the e^z, if these were written as well
                formula = enclosed(step.expression, step.place, self._number_of(step), found)
                if formula.combine is not None and formula.operands:
                    found[formula.shape] = number
        return found

    def _own_formula(self, step: Formula) -> EnclosedFormula:
        """How a number comes about; one on the way is not what somebody wrote for it."""
        own = self._written(step.ref.tensor, step.ref.cell)
        shapes = {shape: each for shape, each in self._shapes.items() if each != own}
        return enclosed(step.expression, step.place, self._number_of(step), shapes)

    def _terms_of_loss(self, step: Formula) -> EnclosedSum | None:
        """The loss from each output's share, if any of these was written."""
        name = self.steps.of(step.ref.tensor).full("loss.term", step.sample)
        if step.phase != "loss" or self.on_the_way(step.ref.tensor) or name not in self.first:
            return None
        assert step.stage is not None
        cells = list(Tensor(name, self.trace.place(name).shape).cells())
        if all(self._written(name, cell) is None for cell in cells):
            return None
        share = quantity(Fraction(1, len(cells))) if step.stage.judge.mean and len(cells) > 1 else ONE
        return EnclosedSum((Summand(share, self.number(name, cell)) for cell in cells), self.truth)

    def _written_slope(self, step: Route, cell: Cell) -> int | None:
        """The slope of a gate, if it was written."""
        if step.slopes is None or step.stage is None or len(step.shares) != 1:
            return None
        own = self.trace.of(step.ref.tensor)
        return self._written(own.named(f"{step.stage.name}.slope", self._sample(step)), cell)

    def _sample(self, step: AnyStep) -> int:
        return self.trace.place(step.ref.tensor).sample or 0

    def _chain(self, step: Chain) -> tuple[EnclosedStep, ...]:
        """One layer at a time; where activation and loss come down to y − t, that as well."""
        links = ((self._of(up), self._formula(step, local, at)) for up, local, at in step.terms)
        one_by_one = EnclosedChain(links)
        network, shortcut = self.trace.network, self.steps.shortcut(step)
        if not shortcut or network.target is None:
            return (one_by_one,)
        steps = self.steps.of(step.ref.tensor)
        names = (steps.full(tensor.name, step.sample) for tensor in (network.output, network.target))
        place = ravel(step.ref.cell, self.trace.place(step.ref.tensor).shape)
        output, target = (self.first[name] + place for name in names)
        share = quantity(Fraction(1, int(shortcut.partition("/")[2] or 1)))  # y − t, or (y − t)/n
        return one_by_one, EnclosedSum((Summand(share, output), Summand(-share, target)), self.truth)

    def _passage(self, step: Route, at: int) -> Passage:
        share, operand = step.shares[at], self._of(step.operand)
        conventions, output = self.trace.case.conventions, self._of(share.window)
        if step.slopes is not None:
            slopes = _slopes(step.slopes)
            possible = gate_shares(operand, output, slopes)
            whole = {slopes[0], slopes[1]} <= {ONE, ZERO}
            return Passage(self._of(share.upstream), frozenset([operand, output]), possible, whole)
        choice = self.steps.step(share.window.tensor, share.window.cell)
        assert isinstance(choice, Choice)
        window = self._window(choice)
        chosen = share_of(operand, window, output, conventions.max_tie, quantity(share.share))
        return Passage(self._of(share.upstream), frozenset([*window, output]), chosen)
