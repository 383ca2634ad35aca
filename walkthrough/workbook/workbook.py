"""The steps of a case, laid out once: its terms, and what they are when somebody misreads them."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Iterator
from fractions import Fraction
from itertools import product
from typing import TypeAlias, TypeVar

from flint import fmpq

from walkthrough.mathematics import readings
from walkthrough.mathematics.notation import Entry, Equation, Index, Largest, Shape, unravel
from walkthrough.mathematics.readings import Part
from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.quantities import quantity
from walkthrough.trace.network import Stage
from walkthrough.trace.steps.kinds import AnyStep, Chain, Choice, Gate, Mean, Ref, Route, Sums, Update
from walkthrough.trace.steps.steps import Steps
from walkthrough.workbook.equation_structure import UNSTRUCTURED, Structure, structure_of

Change: TypeAlias = Callable[[Stage], tuple[Equation, ...] | None]
"""A stage's equations as somebody may have misread them; None where there is nothing to misread so."""
Outline: TypeAlias = tuple[Quantity, tuple[Ref | None, ...]]
"""A term before any number is in it: its coefficient, and the cells of its factors."""
T = TypeVar("T")

_MOST_REMEMBERED = 20_000


class Workbook:
    """The steps of a case, laid out once and worked out with as many people's numbers as there are.

    `like` is that of a case with the same layers and other numbers: how its terms are laid out is taken over.
    """

    def __init__(self, steps: Steps, like: Workbook | None = None) -> None:
        self.steps = steps
        self._laid_out: dict[Hashable, object] = {} if like is None else like._laid_out
        self.trace = steps.trace
        self._remembered: dict[Hashable, object] = {}
        self._steps: dict[Ref, AnyStep] = {}
        self._given: dict[Ref, Quantity] = {}
        self._structures: dict[str, Structure] = {}
        data, given = {"input", "target"}, set(steps.trace.network.parameters)
        self._data = {
            name
            for name, place in steps.trace.places.items()
            if place.local in data or (place.local in given and place.step == 1)
        }

    def remember(self, key: Hashable, made: Callable[[], T]) -> T:
        """What was made under this key before, or is made now."""
        return _known(self._remembered, key, made)

    def structure(self, stage: Stage | None) -> Structure:
        """What a stage's equations look like."""
        if stage is None:
            return UNSTRUCTURED
        known = self._structures.get(stage.name)
        if known is None:
            known = self._structures[stage.name] = structure_of(stage)
        return known

    def step(self, ref: Ref) -> AnyStep:
        """How a cell comes about."""
        known = self._steps.get(ref)
        if known is None:
            if len(self._steps) >= _MOST_REMEMBERED:
                self._steps.clear()
            known = self._steps[ref] = self.steps.step(ref.tensor, ref.cell)
        return known

    def given(self, ref: Ref) -> Quantity | None:
        """A number that the case itself gives; None if it is computed."""
        known = self._given.get(ref)
        if known is None and ref.tensor in self._data:
            known = self._given[ref] = quantity(self.trace.known(ref.tensor, ref.cell).value)
        return known

    def before(self, one: Ref, other: Ref) -> bool:
        """Whether a number comes earlier in the order of computation than another one."""
        order = self.remember("order", lambda: {name: at for at, name in enumerate(self.trace.places)})
        last = len(order)
        return (order.get(one.tensor, last), one.cell) < (order.get(other.tensor, last), other.cell)

    def shape(self, tensor: str) -> Shape:
        """The shape of a tensor under its full name."""
        return self.trace.place(tensor).shape

    def sample(self, ref: Ref) -> int:
        """Which sample a cell belongs to."""
        return self.trace.place(ref.tensor).sample or 0

    def beside(self, local: str, ref: Ref) -> str:
        """The full name of a tensor as the step of a cell reads it: of the same sample and the same step."""
        of, local_sample = self.steps.of(ref.tensor), self.trace.place(ref.tensor).sample
        moved = local_sample is None and self.steps.phase(ref.tensor) == "update"
        return of.full(local, None if moved else local_sample or 0)

    def name(self, ref: Ref) -> str:
        """The cell's name as on a worksheet."""
        return self.trace.cell_name(ref.tensor, ref.cell)

    def reads(self, ref: Ref) -> frozenset[Ref]:
        """The cells from which a cell is worked out, at the first remove."""
        return self.remember(("reads", ref), lambda: frozenset(self._reads(self.step(ref))))

    def settled(self, ref: Ref, written: Container[Ref]) -> bool:
        """Whether all that a number is made of is given or written, so that nothing else reaches it."""
        if not isinstance(self.step(ref), Sums | Choice | Gate):
            return False  # what a route and a formula read is not all among what they are made of
        return all(each in written or self.given(each) is not None for each in self.reads(ref))

    def _reads(self, step: AnyStep) -> Iterator[Ref]:
        match step:
            case Sums() | Mean() | Update():
                for _, refs in self.outlines(step):
                    yield from (ref for ref in refs if ref is not None)
            case Choice():
                yield from (ref for ref in step.candidates if ref is not None)
            case Gate():
                yield step.operand
            case Chain():
                yield from (upstream for upstream, _, _ in step.terms)
            case Route():
                yield from (share.upstream for share in step.shares)

    def outlines(self, step: AnyStep) -> tuple[Outline, ...]:
        """The terms of a step that is a sum."""
        return _known(self._laid_out, ("outlines", step.ref), lambda: tuple(self._outlines(step)))

    def _outlines(self, step: AnyStep) -> Iterator[Outline]:
        match step:
            case Sums():
                for term in step.terms:
                    yield quantity(term.coefficient), term.factors
            case Mean():
                for ref in step.over:
                    yield fmpq(1, len(step.over)), (ref,)
            case Update():
                yield fmpq(1), (step.old,)
                yield -quantity(step.rate), (step.gradient,)

    # --- changed readings ------------------------------------------------------------------------

    def equations(self, stage: Stage, key: str, change: Change) -> tuple[Equation, ...] | None:
        """A stage's equations as they are misread under this key."""
        return self.remember(("equations", stage.name, key), lambda: change(stage))

    def reread(self, step: AnyStep, key: str, change: Change) -> tuple[Outline, ...] | None:
        """The terms of a step when its stage's equations are misread; None if they cannot be."""
        return _known(self._laid_out, ("reread", step.ref, key), lambda: self._reread(step, key, change))

    def _reread(self, step: AnyStep, key: str, change: Change) -> tuple[Outline, ...] | None:
        stage = step.stage
        equations = self.equations(stage, key, change) if stage is not None else None
        if stage is None or equations is None:
            return None
        if any(tensor.grad.name == self._local(step.ref) for tensor in self.structure(stage).added):
            return None  # a bias's gradient knows nothing of kernels and windows
        parts = [part for equation in equations for part in _parts(equation, stage, self._local(step.ref))]
        steps = self.steps.of(step.ref.tensor)
        terms = steps.terms(parts, step.ref.cell, self.sample(step.ref))
        return tuple((quantity(term.coefficient), term.factors) for term in terms)

    def _local(self, ref: Ref) -> str:
        return self.trace.place(ref.tensor).local

    def bordered(self, step: Sums) -> tuple[Outline, ...]:
        """The terms of a forward sum with the pixels at the border in the place of padding."""
        return _known(self._laid_out, ("bordered", step.ref), lambda: tuple(self._bordered(step)))

    def _bordered(self, step: Sums) -> Iterator[Outline]:
        assert step.stage is not None
        for equation in step.stage.equations:
            for part in readings.forward(equation) or ():
                for place in part.places(step.ref.cell):
                    values = dict(zip(part.variables, place, strict=True))
                    refs = (self._clamped(factor, values, step.ref) for factor in part.factors)
                    yield quantity(part.coefficient), tuple(refs)

    def _clamped(self, entry: Entry, values: dict[Index, int], of: Ref) -> Ref:
        """The entry, or where it lies outside, the nearest one inside."""
        positions = [position.at(values) for position in entry.index]
        shape = (entry.tensor.size,) if entry.flat else entry.tensor.shape
        inside = tuple(min(max(at, 0), extent - 1) for at, extent in zip(positions, shape, strict=True))
        cell = unravel(inside[0], entry.tensor.shape) if entry.flat else inside
        return Ref(self.beside(entry.tensor.name, of), cell)

    def window(self, step: AnyStep, key: str, change: Change) -> tuple[Ref | None, ...] | None:
        """The entries of a pool's window when its equations are misread (None: padding)."""
        return _known(self._laid_out, ("window", step.ref, key), lambda: self._window(step, key, change))

    def _window(self, step: AnyStep, key: str, change: Change) -> tuple[Ref | None, ...] | None:
        stage = step.stage
        equations = self.equations(stage, key, change) if stage is not None else None
        if stage is None or not equations or not isinstance(equations[0].right, Largest):
            return None
        left, right = equations[0].left, equations[0].right
        part = Part(right.body, Fraction(1), (), (*left.variables, *right.over))
        (here,) = Part(left, Fraction(1), (), left.variables).places(step.ref.cell)
        find = part.cells(right.body)
        name = self.beside(stage.x.name, step.ref)
        cells = (find((*here, *offset)) for offset in product(*(range(index.extent) for index in right.over)))
        return tuple(None if cell is None else Ref(name, cell) for cell in cells)


def _known(store: dict[Hashable, object], key: Hashable, made: Callable[[], T]) -> T:
    if key not in store:
        if len(store) >= _MOST_REMEMBERED:
            store.clear()
        store[key] = made()
    return store[key]  # type: ignore[return-value]  # made by the same key


def _parts(equation: Equation, stage: Stage, local: str) -> Iterable[Part]:
    """The misread equation's table, by what the step computes: the output, or a gradient."""
    if local == stage.z.name:
        return readings.forward(equation) or ()
    tensor = next((each for each in stage.inputs if each.grad.name == local), None)
    return readings.backward(equation, tensor) if tensor is not None else ()
