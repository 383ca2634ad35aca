"""A replayed case: every number at hand, every step worked out only when somebody looks at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any, Generic, TypeAlias

import numpy as np

from walkthrough.mathematics.notation import Cell, Shape, Tensor, gradient_name, ravel
from walkthrough.numbers.arithmetic import Arithmetic, N, NeedsPrecision
from walkthrough.numbers.balls import LogOfZero
from walkthrough.numbers.exact import Exact
from walkthrough.numbers.exact_arithmetic import ExactArithmetic, RoundedArithmetic
from walkthrough.numbers.floating import Floating
from walkthrough.numbers.shown import FULL, Known, Shown, shown
from walkthrough.trace.network import Network, network
from walkthrough.trace.on_the_way import Way, ways
from walkthrough.trace.passes import SampleReplay, replay_sample, worked_out
from walkthrough.trace.refusal import CannotReplay, UncertainDigit, at_work, beyond, owner, refused
from walkthrough.trace.sameness import Sameness, cancel
from walkthrough.trace.saturation import sharpen
from walkthrough.trace.stage import Stage

if TYPE_CHECKING:
    from walkthrough.case import Case
    from walkthrough.numbers.grid import Grid

__all__ = ["AnyRun", "CannotReplay", "Place", "Run", "Trace", "replay"]

_PRECISIONS = (40, 80, 320, 1280, 5120, 10240, 20480, 40960)
"""Digits carried where numbers are irrational: more whenever a shown digit would be uncertain."""
_MOST_TO_TELL_APART = 20480
"""Digits that may be needed to work a case through at all; showing what comes of it takes some more."""


@dataclass(frozen=True)
class Place:
    """A tensor of the case under its full name: which sample's, and which part of the replay has it."""

    name: str
    local: str
    sample: int | None
    shape: Shape


@dataclass(frozen=True)
class Run(Generic[N]):
    """All numbers at one precision: the samples, the means over them, the updated parameters."""

    samples: tuple[SampleReplay[N], ...]
    means: dict[str, N]
    new: dict[str, N]
    arithmetic: Arithmetic[N]


AnyRun: TypeAlias = Run[Any]


class Trace:
    """Everything that a case computes, by name of tensor and by cell.

    Numbers are replayed at the precision that what is asked of them needs.
    """

    def __init__(self, case: Case, network: Network) -> None:
        self.case = case
        self.network = network
        self._runs: dict[int, AnyRun] = {}
        self._way: dict[tuple[str, int], Any] = {}
        self._stuck: Stage | None = None

    # --- numbers ---------------------------------------------------------------------------------

    @property
    def exact_arithmetic(self) -> bool:
        """Whether numbers are rational or enclosed, and never rounded."""
        return self.case.arithmetic.kind == "exact"

    def run(self, precision: int = _PRECISIONS[0]) -> AnyRun:
        """All numbers, at this precision or, where the choices need it, at a higher one.

        Raises CaseError if the case gives sizes instead of numbers.
        """
        self.case.refuse_sizes()
        tried = []
        for digits in _PRECISIONS:
            if digits < precision:
                continue
            if digits > _MOST_TO_TELL_APART and not self._runs:
                break
            tried.append(digits)
            try:
                found = self._runs.get(digits) or self._replayed(digits)
            except NeedsPrecision:
                continue
            # whoever asks for fewer digits again need not fail again
            self._runs.update(dict.fromkeys(tried, found))
            return found
        raise refused(
            self.case,
            self._stuck,
            f"two numbers, or a number and 0, cannot be told apart with {_MOST_TO_TELL_APART:,} digits, the "
            "most that are held; where an output saturates so far, smaller weights or inputs help",
        )

    def _replayed(self, precision: int) -> AnyRun:
        kind = self.case.arithmetic
        if kind.kind == "float":
            return self._with(Floating(), precision)
        if kind.kind == "decimals":
            assert kind.decimals is not None
            return self._with(RoundedArithmetic(kind.decimals), precision)
        return self._with(None, precision)

    def _with(self, arithmetic: Arithmetic[Any] | None, precision: int) -> AnyRun:
        samples, known = [], []
        upstream = getattr(self.case.loss, "gradient", None)
        for sample in self.case.samples:
            sameness = Sameness(self.network, sample, upstream, precision)
            known.append(sameness)
            own = arithmetic or ExactArithmetic(precision, sameness.proven, sameness.vanishes)
            parameters = {name: own.given(grid) for name, grid in self.network.given.items()}
            try:
                replayed = replay_sample(
                    self.network, sample, parameters, own, upstream, sameness.follow, self._turned
                )
            except LogOfZero as problem:
                at = at_work(self.network, sameness.replay)
                raise refused(self.case, at, f"{problem}{self._zeros(sameness.replay)}") from None
            except NeedsPrecision:
                self._stuck = at_work(self.network, sameness.replay)
                raise
            samples.append(replayed)
        means = ExactArithmetic(precision, lambda name, place, _: cancel(known, name, place))
        return self._closed(tuple(samples), arithmetic or means)

    def _turned(self, replay: SampleReplay[Any]) -> None:
        """In float64, what saturation has lost is worked out once more."""
        if self.case.arithmetic.kind == "float":
            sharpen(self.network, replay)

    def _zeros(self, replay: SampleReplay[Any] | None) -> str:
        """Which output is exactly 0 or 1, when its logarithm does not exist."""
        output = self.network.output
        numbers = replay.tensors.get(output.name) if replay else None
        if not isinstance(numbers, Exact):
            return ""
        for cell in output.cells():
            value = numbers.fraction(cell)
            if numbers.known(cell) or not numbers.radius:
                if value <= 0:
                    return f": {self.cell_name(output.name, cell)} is {value}"
                if value >= 1:
                    return f": {self.cell_name(output.name, cell)} is {value}, and 1 − {value} is {1 - value}"
        return ""

    def _closed(self, samples: tuple[SampleReplay[Any], ...], arithmetic: Arithmetic[Any]) -> AnyRun:
        """The means over the samples, and the update."""
        means: dict[str, Any] = {}
        new: dict[str, Any] = {}
        if self.network.loss is None:
            return Run(samples, means, new, arithmetic)
        share = Fraction(1, len(samples))
        names = [gradient_name(tensor.name) for tensor in self.network.parameter_tensors]
        if "loss" in samples[0].tensors:
            names.append("loss")
        for name in names:
            several = [sample.tensors[name] for sample in samples]
            if len(several) == 1:
                means[name] = several[0]
            else:
                means[name] = arithmetic.proven(arithmetic.combined(several, [share] * len(several)), name)
        if self.case.learning_rate is not None:
            rate = self.case.learning_rate.value
            for tensor in self.network.parameter_tensors:
                pair = [samples[0].tensors[tensor.name], means[gradient_name(tensor.name)]]
                new[f"{tensor.name}.new"] = arithmetic.combined(pair, [Fraction(1), -rate])
        return Run(samples, means, new, arithmetic)

    # --- names -----------------------------------------------------------------------------------

    @cached_property
    def places(self) -> dict[str, Place]:
        """Every tensor by its full name, in the order of computation."""
        found: dict[str, Place] = {}

        def add(name: str, local: str, sample: int | None, shape: Shape) -> None:
            found[name] = Place(name, local, sample, shape)

        net, batch = self.network, self.case.batch
        for tensor in (*net.parameter_tensors, *net.constant_tensors):
            add(tensor.name, tensor.name, 0, tensor.shape)
        several = range(len(self.case.samples))
        for k in several:
            for tensor in (net.input, *([net.target] if net.target else []), *(s.z for s in net.layers)):
                add(self.named(tensor.name, k), tensor.name, k, tensor.shape)
            if net.loss and net.loss.equations and batch:
                add(f"loss@{k + 1}", "loss", k, ())
        if net.loss and net.loss.equations:
            add("loss", "loss", None, ())
        for k in several if net.loss else ():
            for stage in reversed(net.layers):
                add(self.named(stage.z.grad.name, k), stage.z.grad.name, k, stage.z.shape)
                for tensor in stage.parameters.values() if batch else ():
                    add(f"{tensor.grad.name}@{k + 1}", tensor.grad.name, k, tensor.shape)
                for tensor in stage.parameters.values() if not batch else ():
                    add(tensor.grad.name, tensor.grad.name, None, tensor.shape)
            add(self.named("input.grad", k), "input.grad", k, net.input.shape)
        if net.loss:
            for tensor in net.parameter_tensors:
                add(tensor.grad.name, tensor.grad.name, None, tensor.shape)
            if self.case.learning_rate is not None:
                for tensor in net.parameter_tensors:
                    add(f"{tensor.name}.new", f"{tensor.name}.new", None, tensor.shape)
        return found

    @cached_property
    def ways(self) -> dict[str, Way]:
        """What may be written down on the way, by its name in a sample."""
        rate = self.case.learning_rate
        return ways(self.network, None if rate is None else rate.value)

    @cached_property
    def on_the_way(self) -> dict[str, Place]:
        """Its tensors by their full names: e^z, y(1 − y), each output's share of the loss, −∂L/∂z."""
        found: dict[str, Place] = {}
        for local, way in self.ways.items():
            of = way.multiple
            if of is None:
                for k in range(len(self.case.samples)):
                    found[self.named(local, k)] = Place(self.named(local, k), local, k, way.tensor.shape)
                continue
            base, word = of[1].name, local.rpartition(".")[2]
            for name, place in self.places.items():
                if place.local == base and (word == "delta" or place.sample is None):
                    tensor, at, sample = name.partition("@")
                    own = f"{tensor.removesuffix('.grad')}.{word}{at}{sample}"
                    found[own] = Place(own, local, place.sample, place.shape)
        return found

    @cached_property
    def everything(self) -> dict[str, Place]:
        """Every tensor that can be named: those of the calculation, and those on the way."""
        return self.places | self.on_the_way

    def place(self, name: str) -> Place:
        """A tensor of the calculation, or one on the way, by its full name."""
        return self.places[name] if name in self.places else self.on_the_way[name]

    def named(self, local: str, sample: int) -> str:
        """The full name of a sample's own tensor: the first sample's has no number."""
        return local if sample == 0 else f"{local}@{sample + 1}"

    def cell_name(self, tensor: str, cell: Cell) -> str:
        """`conv[1,1]`: the name of a cell, counted from 1, leading axes of size 1 left out."""
        from walkthrough.case.cells import cell_name

        return cell_name(tensor, cell, self.place(tensor).shape)

    # --- values ----------------------------------------------------------------------------------

    def numbers(self, tensor: str, precision: int = _PRECISIONS[0]) -> Any:
        """A tensor's numbers as its kind of arithmetic has them."""
        if tensor not in self.places:
            return self._number_on_the_way(tensor, precision)
        place, run = self.places[tensor], self.run(precision)
        if place.sample is not None:
            return run.samples[place.sample].tensors[place.local]
        return run.new[place.local] if place.local in run.new else run.means[place.local]

    def _number_on_the_way(self, tensor: str, precision: int) -> Any:
        key = (tensor, precision)
        if key not in self._way:
            place, run = self.on_the_way[tensor], self.run(precision)
            way = self.ways[place.local]
            multiple = way.multiple
            if multiple is not None:
                base, at, sample = tensor.partition("@")
                gradient = f"{base.rpartition('.')[0]}.grad{at}{sample}"
                own = run.arithmetic.combined([self.numbers(gradient, precision)], [multiple[0]])
            else:
                tensors = run.samples[place.sample or 0].tensors
                own = worked_out(way.equation, tensors, run.arithmetic)
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
        return beyond(self.case, self.network, self.places[tensor].local, self.cell_name(tensor, cell))

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
        return {tensor.name: tensor.symbol for tensor in (*tensors, *own)} | way

    def given_text(self, tensor: str, cell: Cell) -> str | None:
        """A number of the case as it is written there (0.10, not 0.1); None if it is computed."""
        grid = self.given_grid(tensor)
        return None if grid is None else grid.text(ravel(cell, self.place(tensor).shape))

    def given_grid(self, tensor: str) -> Grid | None:
        """A tensor of the case as it is written there; None if it is computed."""
        place = self.place(tensor)
        sample = self.case.samples[place.sample or 0]
        if place.local in ("input", "target"):
            return sample.input if place.local == "input" else sample.target
        return self.network.given.get(place.local)

    def network_tensor(self, name: str) -> Tensor:
        """The tensor under whose name the network's equations know a tensor of the trace."""
        place = self.place(name)
        return Tensor(place.local, place.shape)


def replay(case: Case) -> Trace:
    """Everything that the case computes. Raises CannotReplay if its numbers lead nowhere."""
    trace = Trace(case, network(case))
    trace.run()
    return trace
