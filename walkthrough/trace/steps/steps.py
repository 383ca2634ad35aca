"""The steps of a trace: for any cell, what it is made of, worked out when somebody looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from walkthrough.mathematics import readings
from walkthrough.mathematics.notation import (
    Cell,
    Entry,
    Equation,
    Index,
    Largest,
    Tensor,
    gradient_name,
    own_part,
    unravel,
)
from walkthrough.mathematics.readings import ONE, Part
from walkthrough.trace.moves import after
from walkthrough.trace.network import Stage
from walkthrough.trace.places import Place, numbered
from walkthrough.trace.steps.kinds import (
    AnyStep,
    Chain,
    Choice,
    Formula,
    Gate,
    Given,
    Mean,
    Phase,
    Ref,
    Route,
    Row,
    Share,
    Sums,
    Term,
    Update,
)
from walkthrough.trace.steps.rows import row_length, rows_of
from walkthrough.trace.trace import Trace


class Steps:
    """All steps of a trace, by cell or in the order of computation."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._network = trace.network
        self._forward = {stage.z.name: stage for stage in trace.network.layers}
        self._backward = {stage.x.grad.name: stage for stage in trace.network.layers}
        self._parameters = {
            tensor.grad.name: (stage, tensor)
            for stage in trace.network.layers
            for tensor in stage.parameters.values()
        }
        self._moves = {
            equation.left.tensor.name: equation for move in trace.moves for equation in move.equations
        }
        self._earlier: Steps | None = None

    def of(self, name: str) -> Steps:
        """The steps of the step of training that a tensor belongs to."""
        if self.trace.place(name).step == self.trace.step:
            return self
        assert self.trace.before is not None
        if self._earlier is None:
            self._earlier = Steps(self.trace.before)
        return self._earlier.of(name)

    @property
    def in_turn(self) -> tuple[Steps, ...]:
        """The steps of each step of training up to this one."""
        return tuple(self.of(next(iter(trace.own_places))) for trace in self.trace.steps)

    def all(self) -> Iterator[AnyStep]:
        """Every step in the order of computation, numbers that are given left out."""
        for name in self.trace.places:
            for step in self.tensor(name):
                if not isinstance(step, Given):
                    yield step

    def tensor(self, name: str) -> Iterator[AnyStep]:
        """The steps of a tensor's cells in reading order."""
        for cell in Tensor(name, self.trace.place(name).shape).cells():
            yield self.step(name, cell)

    def phase(self, name: str) -> Phase:
        """Where in the calculation a tensor belongs."""
        local, own = self.trace.place(name).local, self.of(name)
        if local in self.trace.ways:
            return self.trace.ways[local].where
        if local in own._moves:
            return "update"
        if local.endswith(".grad"):
            return "backward"
        return "loss" if local == "loss" else "forward"

    def stage_of(self, name: str) -> Stage | None:
        """The layer or the loss under whose heading a tensor's steps stand."""
        local = self.trace.place(name).local
        if local in self.trace.ways:
            return self.trace.ways[local].stage
        if local == "loss" or local == gradient_name(self._network.output.name):
            return self._network.loss
        if local in self._forward:
            return self._forward[local]
        if local in self._backward:
            return self._backward[local]
        return self._network.stage(local.partition(".")[0])

    def step(self, name: str, cell: Cell) -> AnyStep:
        """How a cell (counted from 0) of a tensor (its full name) comes about."""
        own = self.of(name)
        found = own._found(name, cell)
        object.__setattr__(found, "trace", own.trace)  # frozen for everybody else
        return found

    def _found(self, name: str, cell: Cell) -> AnyStep:
        place = self.trace.place(name)
        ref, phase, stage = Ref(name, cell), self.phase(name), self.stage_of(name)
        if place.local in self.trace.ways:
            return self._on_the_way(ref, place)
        if place.local in self._moves:
            return self._moved(ref, stage, self._moves[place.local])
        if place.sample is None and self.trace.case.batch:
            samples = range(len(self.trace.case.samples))
            each = (self.full(place.local, k) for k in samples)
            return Mean(ref, phase, stage, tuple(Ref(of, cell) for of in each))
        if self.trace.before is not None and (before := self.left(place.local)):
            return Sums(ref, phase, stage, (Term(Fraction(1), (Ref(before, cell),)),))
        sample = place.sample or 0
        if place.local in self._forward or place.local == "loss":
            assert stage is not None
            return self._forward_step(ref, phase, stage, sample)
        if stage is not None and place.local == gradient_name(self._network.output.name):
            return self._slope(ref, stage, sample)
        if place.local in self._backward:
            assert stage is not None
            return self._backward_step(ref, stage, stage.x, sample)
        if place.local in self._parameters:
            owner, tensor = self._parameters[place.local]
            return self._backward_step(ref, owner, tensor, sample)
        return Given(ref, phase, stage)

    def _on_the_way(self, ref: Ref, place: Place) -> AnyStep:
        way, phase = self.trace.ways[place.local], self.phase(ref.tensor)
        if way.multiple is not None:
            of = way.multiple[1].name + ref.tensor[len(own_part(ref.tensor)) :]
            return Sums(ref, phase, way.stage, (Term(way.multiple[0], (Ref(of, ref.cell),)),))
        return self._formula(ref, phase, way.stage, way.equation, place.sample)

    def _formula(
        self, ref: Ref, phase: Phase, stage: Stage | None, equation: Equation, sample: int | None
    ) -> Formula:
        (loop,) = Part(equation.left, ONE, (), equation.left.variables).places(ref.cell)
        values = dict(zip(equation.left.variables, loop, strict=True))
        return Formula(ref, phase, stage, equation.right, values, sample, equation.left)

    def _moved(self, ref: Ref, stage: Stage | None, equation: Equation) -> AnyStep:
        """A quantity of an update: a sum of multiples, or a formula; old − rate × something is an update."""
        parts = readings.forward(equation)
        if parts is None or any(len(part.factors) != 1 for part in parts):
            return self._formula(ref, "update", stage, equation, None)
        names = [self.full(part.factors[0].tensor.name, None) for part in parts]
        refs = [Ref(name, ref.cell) for name in names]
        if equation.left.tensor.name.endswith(".new") and len(refs) == 2:
            return Update(ref, "update", stage, refs[0], refs[1], -parts[1].coefficient)
        terms = zip(parts, refs, strict=True)
        return Sums(ref, "update", stage, tuple(Term(part.coefficient, (each,)) for part, each in terms))

    def left(self, local: str) -> str | None:
        """What the step before has left under a name: a new parameter, a velocity; None if nothing."""
        before = self.trace.before
        assert before is not None
        kept = {tensor.name for move in self.trace.moves for tensor in move.before}
        if local in kept:
            return before.named(after(local), None)
        if local not in self.trace.network.given:
            return None
        new = before.named(f"{local}.new", None)
        return new if new in before.places else before.named(local, None)

    def shortcut(self, step: Chain) -> str:
        """y − t, where activation and loss together give no more than that; otherwise nothing."""
        stage, loss = step.stage, self._network.loss
        if stage is None or loss is None or stage not in self._network.layers[-1:]:
            return ""
        return loss.judge.shortcut(
            stage.type, self._network.output.size, self.trace.case.samples[step.sample].target
        )

    # --- kinds of step ---------------------------------------------------------------------------

    def full(self, local: str, sample: int | None) -> str:
        """The full name of a tensor, as this sample sees it; for None as the update does, of all samples."""
        if local in self.trace.network.given or local in self._moves or sample is None:
            return self.trace.named(local, None)
        if self.trace.case.batch and (local == "loss" or local in self._parameters):
            return numbered(local, sample, self.trace.step)
        return self.trace.named(local, sample)

    def _forward_step(self, ref: Ref, phase: Phase, stage: Stage, sample: int) -> AnyStep:
        if stage.sums:
            return Sums(ref, phase, stage, *self._terms([c.part for c in stage.sums], ref.cell, sample))
        equation, at = self._equation(stage, ref.cell)
        place = dict(zip(equation.left.variables, at, strict=True))
        if stage.gate is not None:
            operand = self._ref(stage.gate.entry, place, sample)
            sign = self.sign(operand)
            return Gate(ref, phase, stage, operand, sign, stage.gate)
        if isinstance(equation.right, Largest):
            return self._choice(ref, stage, equation, place, sample)
        return Formula(ref, phase, stage, equation.right, place, sample, equation.left)

    def _equation(self, stage: Stage, cell: Cell) -> tuple[Equation, tuple[int, ...]]:
        """The equation that gives a cell of the output, and the values of its loop indices there."""
        for equation in stage.equations:
            for place in Part(equation.left, ONE, (), equation.left.variables).places(cell):
                return equation, place
        raise ValueError(f"no equation of {stage.name} gives the cell {cell}")

    def _ref(self, entry: Entry, place: dict[Index, int], sample: int) -> Ref:
        """The cell that an entry means at a place of its loop indices."""
        cell = Part(entry, ONE, (), tuple(place)).cells(entry)(tuple(place.values()))
        assert cell is not None
        return Ref(self.full(entry.tensor.name, sample), cell)

    def placed(self, entry: Entry, sample: int | None) -> Ref:
        """The cell that an entry without loop indices stands for."""
        at = tuple(position.constant for position in entry.index)
        cell = unravel(at[0], entry.tensor.shape) if entry.flat else at
        return Ref(self.full(entry.tensor.name, sample), cell)

    def _choice(
        self, ref: Ref, stage: Stage, equation: Equation, place: dict[Index, int], sample: int
    ) -> Choice:
        right = equation.right
        assert isinstance(right, Largest)
        part = Part(right.body, Fraction(1), (), (*equation.left.variables, *right.over))
        cells = part.cells(right.body)
        here = tuple(place[index] for index in equation.left.variables)
        inner = [unravel(n, tuple(i.extent for i in right.over)) for n in range(_extent(right.over))]
        name = self.full(stage.x.name, sample)
        found = [cells((*here, *offset)) for offset in inner]
        selection = self.trace.run().samples[sample].selections[stage.name]
        shares = selection.shares.reshape(*selection.first.shape, -1)
        winner = int(selection.first[here])
        candidates = tuple(None if cell is None else Ref(name, cell) for cell in found)
        ties = self._ties(candidates, winner) if right.tie == "first" else tuple(shares[here].nonzero()[0])
        return Choice(
            ref, "forward", stage, candidates, winner, tuple(int(t) for t in ties), right.over[-1].extent
        )

    def _ties(self, candidates: tuple[Ref | None, ...], winner: int) -> tuple[int, ...]:
        best = candidates[winner]
        assert best is not None
        return tuple(n for n, each in enumerate(candidates) if each and self.same(each, best))

    def same(self, one: Ref, other: Ref) -> bool:
        """Whether two numbers of one tensor are equal; a replay has decided what enclosures leave open."""
        first, second = (self.trace.known(ref.tensor, ref.cell) for ref in (one, other))
        return abs(first.value - second.value) <= first.spread + second.spread

    def sign(self, ref: Ref) -> int:
        """−1, 0 or 1."""
        known = self.trace.known(ref.tensor, ref.cell)
        return 0 if abs(known.value) <= known.spread else (1 if known.value > 0 else -1)

    def _slope(self, ref: Ref, stage: Stage, sample: int) -> AnyStep:
        for equation in stage.equations:
            for entry, slope in equation.derivatives:
                for place in Part(entry, ONE, (), entry.variables).places(ref.cell):
                    at = dict(zip(entry.variables, place, strict=True))
                    left = Entry(entry.tensor.grad, entry.index, entry.flat)
                    return Formula(ref, "backward", stage, slope, at, sample, left)
        return Given(ref, "backward", stage)

    def _backward_step(self, ref: Ref, stage: Stage, tensor: Tensor, sample: int) -> AnyStep:
        if stage.choices:
            return self._route(ref, stage, sample)
        parts = [contraction.part for contraction in stage.backward(tensor)]
        if any(part.local is not None for part in parts):
            return self._chain(ref, stage, parts, sample)
        return Sums(ref, "backward", stage, *self._terms(parts, ref.cell, sample))

    def terms(self, parts: Iterable[Part], cell: Cell, sample: int) -> tuple[Term, ...]:
        """The multiply-adds of any reading at a cell of its target, a changed one too."""
        return self._terms(list(parts), cell, sample)[0]

    def _terms(
        self, parts: list[Part], cell: Cell, sample: int
    ) -> tuple[tuple[Term, ...], int, tuple[Row, ...]]:
        terms: list[Term] = []
        row = 0
        rows: list[Row] = []
        for part in parts:
            names = [self.full(factor.tensor.name, sample) for factor in part.factors]
            cells = [part.cells(factor) for factor in part.factors]
            places = part.places(cell)
            if len(places) > 1 and not row:
                row = row_length(part, places)
            rows += rows_of(part, places, alone=len(parts) == 1)
            for place in places:
                refs = []
                for name, find in zip(names, cells, strict=True):
                    found = find(place)
                    refs.append(None if found is None else Ref(name, found))
                terms.append(Term(part.coefficient, tuple(refs)))
        return tuple(terms), row, tuple(rows)

    def _chain(self, ref: Ref, stage: Stage, parts: list[Part], sample: int) -> Chain:
        terms = []
        for part in parts:
            assert part.local is not None
            upstream, name = part.cells(part.factors[0]), self.full(part.factors[0].tensor.name, sample)
            for place in part.places(ref.cell):
                cell = upstream(place)
                assert cell is not None
                terms.append((Ref(name, cell), part.local, dict(zip(part.variables, place, strict=True))))
        return Chain(ref, "backward", stage, tuple(terms), sample)

    def _route(self, ref: Ref, stage: Stage, sample: int) -> Route:
        ((equation, _, contraction),) = stage.choices
        part = contraction.part
        selection = self.trace.run().samples[sample].selections[stage.name]
        shares = selection.shares.reshape(tuple(index.extent for index in part.variables))
        upstream = part.cells(part.factors[0])
        x, z = self.full(stage.x.name, sample), self.full(stage.z.name, sample)
        found = []
        for place in part.places(ref.cell):
            cell = upstream(place)
            assert cell is not None
            winner = None
            if isinstance(equation.right, Largest):
                choice = self.step(z, cell)
                assert isinstance(choice, Choice)
                winner = choice.candidates[choice.winner]
            share = Fraction(int(shares[place]), selection.denominator)
            found.append(Share(share, Ref(self.full(stage.z.grad.name, sample), cell), Ref(z, cell), winner))
        return Route(ref, "backward", stage, tuple(found), Ref(x, ref.cell), stage.gate)


def _extent(over: tuple[Index, ...]) -> int:
    size = 1
    for index in over:
        size *= index.extent
    return size
