"""A replayed case: every number at hand, every step worked out only when somebody looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache, cached_property, partial
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from walkthrough.mathematics.notation import Cell, Tensor, own_part, ravel
from walkthrough.numbers.arithmetic import Arithmetic, NeedsPrecision
from walkthrough.numbers.balls import LogOfZero
from walkthrough.numbers.exact import Exact
from walkthrough.numbers.exact_arithmetic import ExactArithmetic, RoundedArithmetic
from walkthrough.numbers.floating import Floating
from walkthrough.numbers.shown import FULL, Known, Shown, shown
from walkthrough.trace.moves import Move, after, moves
from walkthrough.trace.network import Network, network
from walkthrough.trace.on_the_way import Way, ways
from walkthrough.trace.passes import SampleReplay, replay_sample, worked_out
from walkthrough.trace.places import Place, Places, full_name
from walkthrough.trace.refusal import (
    CannotReplay,
    UncertainDigit,
    at_work,
    beyond,
    no_logarithm,
    owner,
    refused,
)
from walkthrough.trace.run import AnyRun, Run, closed
from walkthrough.trace.sameness import Sameness, cancel, no_signs
from walkthrough.trace.saturation import sharpen
from walkthrough.trace.stage import Stage
from walkthrough.words.representable import Representable

if TYPE_CHECKING:
    from walkthrough.case import Case
    from walkthrough.numbers.grid import GivenGrid

__all__ = ["AnyRun", "CannotReplay", "Place", "Run", "Trace", "replay"]

_PRECISIONS = (40, 80, 320, 1280, 5120, 10240, 20480, 40960)
"""Digits carried where numbers are irrational: more whenever a shown digit would be uncertain."""
_MOST_TO_TELL_APART = 20480
"""Digits that may be needed to work a case through at all; showing what comes of it takes some more."""


class Trace(Representable):
    """Everything that one step of a case computes, by name of tensor and by cell.

    Numbers are replayed at the precision that what is asked of them needs. Of several steps each is a trace
    of its own, linked to the one `before` it: its parameters are what that one's update gives, enclosures
    and all. A trace answers for the steps before it as well; `back` is False for one that only says what
    comes out with the parameters that it is given.
    """

    def __init__(
        self,
        case: Case,
        network: Network,
        before: Trace | None = None,
        back: bool = True,
    ) -> None:
        self.case = case
        self.network = network
        self.before: Trace | None = before
        self.step: int = before.step + 1 if before else 1
        self.back = back
        self._runs: dict[int, AnyRun] = {}
        self._sameness: dict[int, list[Sameness]] = {}
        self._way: dict[tuple[str, int], Any] = {}
        self._stuck: Stage | None = None

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """The updates of this step."""
        return moves(self.case, self.network, self.updates) if self.back else ()

    @property
    def updates(self) -> int:
        """Which update this step's is, counted from the first of all."""
        return self.case.start.steps + self.step

    @cached_property
    def following(self) -> Trace:
        """What comes out with the parameters that this step's update gives: forwards only."""
        return Trace(self.case, self.network, self, back=False)

    @property
    def steps(self) -> tuple[Trace, ...]:
        """The steps up to this one, the first one first."""
        return (*(self.before.steps if self.before else ()), self)

    def of(self, tensor: str) -> Trace:
        """The step that a tensor belongs to, by its full name."""
        step, found = self.place(tensor).step, self
        while found.step != step:
            assert found.before is not None
            found = found.before
        return found

    # --- numbers ---------------------------------------------------------------------------------

    @property
    def exact_arithmetic(self) -> bool:
        """Whether numbers are rational or enclosed, and never rounded."""
        return self.case.arithmetic.kind == "exact"

    def run(self, precision: int = _PRECISIONS[0], most: int = _MOST_TO_TELL_APART) -> AnyRun:
        """All numbers, at this precision or, where the choices need it, at a higher one, up to `most` digits.

        Raises CaseError if the case gives sizes instead of numbers.
        """
        self.case.refuse_sizes()
        tried = []
        for digits in _PRECISIONS:
            if digits < precision:
                continue
            if digits > most and not self._runs:
                break
            tried.append(digits)
            try:
                found = self._runs.get(digits) or self._replayed(digits)
            except NeedsPrecision:
                continue
            # whoever asks for fewer digits again need not fail again
            self._runs.update(dict.fromkeys(tried, found))
            return found
        raise self._refused(
            self._stuck,
            f"two numbers, or a number and 0, cannot be told apart with {most:,} digits"
            + (", the most that are held" if most == _MOST_TO_TELL_APART else "")
            + "; where an output saturates so far, smaller weights or inputs help",
        )

    def _refused(self, stage: Stage | None, message: str) -> CannotReplay:
        return refused(self.case, stage, f"step {self.step}: {message}" if self.step > 1 else message)

    def _replayed(self, precision: int) -> AnyRun:
        kind = self.case.arithmetic
        if kind.kind == "float":
            return self._with(Floating(), precision)
        if kind.kind == "decimals":
            assert kind.decimals is not None
            return self._with(RoundedArithmetic(kind.decimals), precision)
        return self._with(None, precision)

    def _with(self, arithmetic: Arithmetic[Any] | None, precision: int) -> AnyRun:
        samples, known, each_own = [], [], []
        upstream = getattr(self.case.loss, "gradient", None)
        residues = cache(partial(self._residues_given, precision))
        for number, sample in enumerate(self.case.samples):
            sameness = Sameness(self.network, sample, upstream, precision, residues)
            known.append(sameness)
            own = arithmetic or ExactArithmetic(precision, sameness.proven, sameness.vanishes)
            each_own.append(own)
            try:
                replayed = replay_sample(
                    self.network,
                    sample,
                    self._given(own, lambda before: before.run(precision).closing),
                    own,
                    upstream,
                    sameness.follow,
                    self._turned,
                    self.back,
                )
            except LogOfZero as problem:
                at = at_work(self.network, sameness.replay)
                which = no_logarithm(self.network, sameness.replay, partial(self._output_name, number))
                raise self._refused(at, f"{problem}{which}") from None
            except NeedsPrecision:
                self._stuck = at_work(self.network, sameness.replay)
                raise
            samples.append(replayed)
        self._sameness[precision] = known
        means = ExactArithmetic(precision, lambda name, place, _: cancel(known, name, place))
        return replace(
            closed(self.network, self.moves, self.back, tuple(samples), arithmetic or means),
            own=tuple(each_own),
        )

    def _output_name(self, sample: int, cell: Cell) -> str:
        """What a sample's output is called."""
        return self.cell_name(self.named(self.network.output.name, sample), cell)

    def _given(self, arithmetic: Arithmetic[Any], left: Callable[[Trace], dict[str, Any]]) -> dict[str, Any]:
        """What a step starts from: the case's numbers, or what the step before has `left`."""
        kept = [tensor for move in self.moves for tensor in move.before]
        if self.before is None:
            given = {name: arithmetic.given(grid) for name, grid in self.network.given.items()}
            return given | {each.name: arithmetic.given(self.case.start.kept_or_zero(each)) for each in kept}
        numbers = left(self.before)
        given = {name: numbers.get(f"{name}.new", numbers[name]) for name in self.network.given}
        return given | {each.name: numbers[after(each.name)] for each in kept}

    def _residues_given(self, precision: int, stable: bool) -> dict[str, Any]:
        """The same over residues: to prove that two numbers of a step are one."""
        from walkthrough.numbers.residues import Residues

        return self._given(Residues(no_signs), lambda before: before._residues_left(precision, stable))

    def _residues_left(self, precision: int, stable: bool) -> dict[str, Any]:
        """What this step leaves, over residues; its exact replay has made its choices before."""
        from walkthrough.numbers.residues import Residues

        arithmetic = Residues(no_signs)
        several = self._sameness[min(each for each in self._sameness if each >= precision)]
        tensors = dict(several[0].given(stable))
        share = [Fraction(1, len(several))] * len(several)
        for tensor in self.network.parameter_tensors:
            name = tensor.grad.name
            tensors[name] = arithmetic.combined([sample.tensor(name, stable) for sample in several], share)
        for move in self.moves:
            tensors |= move.work_out(tensors, arithmetic)
        return tensors

    def _turned(self, replay: SampleReplay[Any]) -> None:
        """In float64, what saturation has lost is worked out once more."""
        if self.case.arithmetic.kind == "float":
            sharpen(self.network, replay)

    # --- names -----------------------------------------------------------------------------------

    @cached_property
    def own_places(self) -> dict[str, Place]:
        """Every tensor of this step by its full name, in the order of computation."""
        return Places(self.case, self.network, self.moves, self.step, self.back).found()

    @cached_property
    def places(self) -> dict[str, Place]:
        """The same, after those of the steps before."""
        return (self.before.places if self.before else {}) | self.own_places

    @cached_property
    def ways(self) -> dict[str, Way]:
        """What may be written down on the way, by its name in a sample."""
        return ways(self.network, self.steps[0].moves)

    @cached_property
    def on_the_way(self) -> dict[str, Place]:
        """Its tensors by their full names: e^z, y(1 − y), each output's share of the loss, −∂L/∂z."""
        found: dict[str, Place] = dict(self.before.on_the_way) if self.before else {}
        for local, way in self.ways.items():
            if way.where in ("backward", "update") and not self.back:
                continue
            of = way.multiple
            if of is None:
                samples = range(len(self.case.samples)) if way.where != "update" else (None,)
                for k in samples:
                    name = full_name(local, k, self.step)
                    found[name] = Place(name, local, k, way.tensor.shape, self.step)
                continue
            for name, place in self.own_places.items():
                if place.local == of[1].name and (way.where == "backward" or place.sample is None):
                    own = local + name[len(own_part(name)) :]
                    found[own] = Place(own, local, place.sample, place.shape, self.step)
        return found

    @cached_property
    def everything(self) -> dict[str, Place]:
        """Every tensor that can be named: those of the calculation, and those on the way."""
        return self.places | self.on_the_way

    def place(self, name: str) -> Place:
        """A tensor of the calculation, or one on the way, by its full name."""
        return self.places[name] if name in self.places else self.on_the_way[name]

    def named(self, local: str, sample: int | None) -> str:
        """The full name of a tensor of this step; the first sample's and the first step's are unmarked."""
        return full_name(local, sample, self.step)

    def cell_name(self, tensor: str, cell: Cell) -> str:
        """`conv[1,1]`: the name of a cell, counted from 1, leading axes of size 1 left out."""
        from walkthrough.case.cells import cell_name

        return cell_name(tensor, cell, self.place(tensor).shape)

    def cell_names(self, tensor: str) -> Iterator[str]:
        """The names of all cells of a tensor in reading order."""
        from walkthrough.case.cells import cell_names

        return cell_names(tensor, self.place(tensor).shape)

    # --- values ----------------------------------------------------------------------------------

    def numbers(self, tensor: str, precision: int = _PRECISIONS[0]) -> Any:
        """A tensor's numbers as its kind of arithmetic has them."""
        own = self.of(tensor)
        if own is not self:
            return own.numbers(tensor, precision)
        if tensor not in self.places:
            return self._number_on_the_way(tensor, precision)
        place, run = self.places[tensor], self.run(precision)
        if place.sample is not None:
            return run.samples[place.sample].tensors[place.local]
        return run.moved[place.local] if place.local in run.moved else run.means[place.local]

    def _number_on_the_way(self, tensor: str, precision: int) -> Any:
        key = (tensor, precision)
        if key not in self._way:
            place, run = self.on_the_way[tensor], self.run(precision)
            way = self.ways[place.local]
            multiple = way.multiple
            if multiple is not None:
                of = self.numbers(multiple[1].name + tensor[len(own_part(tensor)) :], precision)
                own = run.arithmetic.combined([of], [multiple[0]])
            else:
                by = run.arithmetic if place.sample is None else run.own[place.sample]
                tensors = run.closing if place.sample is None else run.samples[place.sample].tensors
                own = worked_out(way.equation, tensors, by)
            self._way[key] = own
        return self._way[key]

    def known(self, tensor: str, cell: Cell, precision: int | None = None) -> Known:
        """A cell's number, and how far the truth can be from it.

        `precision` is how many significant digits will do where it is enclosed: the replay may have had to
        carry a hundred thousand. None: as many as it has.
        """
        numbers = self.numbers(tensor, precision or _PRECISIONS[0])
        if not isinstance(numbers, Exact):
            number = float(numbers[cell])
            if not isfinite(number):
                raise self._beyond(tensor, cell)
            return Known(Fraction(number), exact=False)
        value, spread = numbers.enclosure(cell, precision)
        return Known(value, spread, numbers.known(cell))

    def refuse_infinite(self) -> None:
        """Raises CannotReplay for the first number, in the order of computation, beyond float64."""
        for name in self.places:
            finite = np.isfinite(self.numbers(name))
            if not finite.all():
                raise self._beyond(name, tuple(int(at) for at in np.argwhere(~finite)[0]))

    def _beyond(self, tensor: str, cell: Cell) -> CannotReplay:
        local, because = self.places[tensor].local, ""
        if local in ("loss", self.network.output.grad.name):
            causes = (
                no_logarithm(self.network, replay, partial(self._output_name, number))
                for number, replay in enumerate(self.run().samples)
            )
            because = next(filter(None, causes), "")
        return beyond(self.case, self.network, local, self.cell_name(tensor, cell), because)

    def certain(self, question: Callable[[int], Any], most: int = _PRECISIONS[-1]) -> Any:
        """The answer to a question about numbers, asked at higher and higher precision, up to `most` digits.

        Raises CannotReplay if that is not enough.
        """
        for precision in _PRECISIONS:
            if precision > most:
                break
            try:
                return question(precision)
            except NeedsPrecision:
                if not self.exact_arithmetic:
                    break
        raise UncertainDigit(f"a digit stays uncertain with {most:,} digits, the most that are held")

    def shown(self, tensor: str, cell: Cell, digits: int, full: int = FULL) -> Shown:
        """A cell's number, to so many certain digits."""
        try:
            result: Shown = self.certain(
                lambda precision: shown(self.known(tensor, cell, precision), digits, full)
            )
        except UncertainDigit as problem:
            at = owner(self.network, self.place(tensor).local)
            raise refused(self.case, at, f"{self.cell_name(tensor, cell)}: {problem}") from None
        return result

    def value(self, name: str, digits: int = 10) -> str:
        """The number in a cell, by the cell's name: `trace.value("conv[1,1]")` → "765".

        A decimal string that `float` and `Fraction` read; raises NoSuchCell.
        """
        from walkthrough.case.cells import NoSuchCell, resolve

        tensor, cell = resolve(name, {each: place.shape for each, place in self.everything.items()})
        if cell is None:
            raise NoSuchCell(f"{tensor} has many cells; name one of them")
        return self.shown(tensor, cell, digits).plain

    def exact(self, tensor: str, cell: Cell) -> bool:
        """Whether a cell's number is rational and known exactly."""
        numbers = self.numbers(tensor)
        return isinstance(numbers, Exact) and numbers.known(cell)

    @cached_property
    def letters(self) -> dict[str, str]:
        """The letter of each of a sample's tensors, and of each parameter."""
        tensors = (self.network.input, *(s.z for s in self.network.layers))
        own = (*self.network.parameter_tensors, *self.network.constant_tensors)
        way = {name: each.tensor.symbol for name, each in self.ways.items()}
        moved = {each.name: each.symbol for move in self.steps[0].moves for each in move.tensors}
        return {tensor.name: tensor.symbol for tensor in (*tensors, *own)} | way | moved

    def given_text(self, tensor: str, cell: Cell) -> str | None:
        """A number of the case as it is written there (0.10, not 0.1); None if it is computed."""
        grid = self.given_grid(tensor)
        return None if grid is None else grid.text(ravel(cell, self.place(tensor).shape))

    def given_grid(self, tensor: str) -> GivenGrid | None:
        """A tensor of the case as it is written there; None if it is computed."""
        place = self.place(tensor)
        sample = self.case.samples[place.sample or 0]
        if place.local in ("input", "target"):
            return sample.input if place.local == "input" else sample.target
        if place.step > 1:
            return None
        kept = {each.name: each for move in self.steps[0].moves for each in move.before}
        if place.local in kept:
            return self.case.start.kept_or_zero(kept[place.local])
        return self.network.given.get(place.local)

    def network_tensor(self, name: str) -> Tensor:
        """The tensor under whose name the network's equations know a tensor of the trace."""
        place = self.place(name)
        return Tensor(place.local, place.shape)


def replay(case: Case, steps: int = 1) -> Trace:
    """Everything that the case computes, in so many steps; the trace of the last one.

    Raises CannotReplay if its numbers lead nowhere.
    """
    trace = Trace(case, network(case))
    trace.run()
    for _ in range(steps - 1):
        trace = Trace(case, trace.network, trace)
        trace.run()
    return trace
