"""A replayed case: every number at hand, every step worked out only when somebody looks at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any, Generic, TypeAlias

from walkthrough.mathematics.notation import Cell, Shape, Tensor, gradient_name, ravel
from walkthrough.numbers.arithmetic import Arithmetic, N, NeedsPrecision
from walkthrough.numbers.balls import LogOfZero
from walkthrough.numbers.exact import Exact
from walkthrough.numbers.exact_arithmetic import ExactArithmetic, RoundedArithmetic
from walkthrough.numbers.floating import Floating
from walkthrough.numbers.shown import FULL, Known, Shown, shown
from walkthrough.trace.network import Network, network
from walkthrough.trace.passes import SampleReplay, replay_sample
from walkthrough.trace.sameness import Sameness, cancel
from walkthrough.trace.saturation import sharpen

if TYPE_CHECKING:
    from walkthrough.case import Case
    from walkthrough.numbers.grid import Grid

_PRECISIONS = (40, 80, 320, 1280, 5120, 20480, 81920, 327680, 655360)
"""Digits carried where numbers are irrational: more whenever a shown digit would be uncertain."""


class CannotReplay(ArithmeticError):
    """A case whose numbers lead nowhere: the log of an exact 0, or more digits than there is room for."""


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


AnyRun: TypeAlias = Run[Any]


class Trace:
    """Everything that a case computes, by name of tensor and by cell.

    Numbers are replayed at the precision that what is asked of them needs.
    """

    def __init__(self, case: Case, network: Network) -> None:
        self.case = case
        self.network = network
        self._runs: dict[int, AnyRun] = {}
        self._shown: dict[tuple[str, Cell, int, int], Shown] = {}

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
        for digits in _PRECISIONS:
            if digits < precision:
                continue
            if digits in self._runs:
                return self._runs[digits]
            try:
                self._runs[digits] = self._replayed(digits)
            except NeedsPrecision:
                continue
            return self._runs[digits]
        raise CannotReplay(f"two numbers are too close to be told apart with {_PRECISIONS[-1]} digits")

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
                raise CannotReplay(f"{problem}{self._zeros(sameness.replay)}") from None
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
            return Run(samples, means, new)
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
        return Run(samples, means, new)

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

    def named(self, local: str, sample: int) -> str:
        """The full name of a sample's own tensor: the first sample's has no number."""
        return local if sample == 0 else f"{local}@{sample + 1}"

    def cell_name(self, tensor: str, cell: Cell) -> str:
        """`conv[1,1]`: the name of a cell, counted from 1, leading axes of size 1 left out."""
        from walkthrough.case.cells import cell_name

        return cell_name(tensor, cell, self.places[tensor].shape)

    # --- values ----------------------------------------------------------------------------------

    def numbers(self, tensor: str, precision: int = _PRECISIONS[0]) -> Any:
        """A tensor's numbers as its kind of arithmetic has them."""
        place, run = self.places[tensor], self.run(precision)
        if place.sample is not None:
            return run.samples[place.sample].tensors[place.local]
        return run.new[place.local] if place.local in run.new else run.means[place.local]

    def known(self, tensor: str, cell: Cell, precision: int = _PRECISIONS[0]) -> Known:
        """A cell's number, and how far the truth can be from it."""
        numbers = self.numbers(tensor, precision)
        if not isinstance(numbers, Exact):
            number = float(numbers[cell])
            if not isfinite(number):
                raise CannotReplay(f"{self.cell_name(tensor, cell)} is beyond what float64 can hold")
            return Known(Fraction(number), exact=False)
        spread = numbers.spread(cell)
        value = numbers.fraction(cell)
        return Known(value, spread, numbers.known(cell))

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
        raise CannotReplay(f"a digit stays uncertain with {most} digits")

    def shown(self, tensor: str, cell: Cell, digits: int, full: int = FULL) -> Shown:
        """A cell's number, to so many certain digits."""
        result: Shown = self.certain(
            lambda precision: shown(self.known(tensor, cell, precision), digits, full)
        )
        return result

    def value(self, name: str, digits: int = 10) -> str:
        """The number in a cell, by the cell's name: `trace.value("conv[1,1]")` → "765".

        A decimal string that `float` and `Fraction` read; raises NoSuchCell.
        """
        from walkthrough.case.cells import NoSuchCell, resolve

        tensor, cell = resolve(name, {each: place.shape for each, place in self.places.items()})
        if cell is None:
            raise NoSuchCell(f"{tensor} has many cells; name one of them")
        return self.shown(tensor, cell, digits).plain

    def exact(self, tensor: str, cell: Cell) -> bool:
        """Whether a cell's number is rational and known exactly."""
        return self.known(tensor, cell).exact

    @cached_property
    def letters(self) -> dict[str, str]:
        """The letter of each of a sample's tensors, and of each parameter."""
        tensors = (self.network.input, *(s.z for s in self.network.layers))
        own = (*self.network.parameter_tensors, *self.network.constant_tensors)
        return {tensor.name: tensor.symbol for tensor in (*tensors, *own)}

    def given_text(self, tensor: str, cell: Cell) -> str | None:
        """A number of the case as it is written there (0.10, not 0.1); None if it is computed."""
        grid = self.given_grid(tensor)
        return None if grid is None else grid.text(ravel(cell, self.places[tensor].shape))

    def given_grid(self, tensor: str) -> Grid | None:
        """A tensor of the case as it is written there; None if it is computed."""
        place = self.places[tensor]
        sample = self.case.samples[place.sample or 0]
        if place.local in ("input", "target"):
            return sample.input if place.local == "input" else sample.target
        return self.network.given.get(place.local)

    def network_tensor(self, name: str) -> Tensor:
        """The tensor under whose name the network's equations know a tensor of the trace."""
        place = self.places[name]
        return Tensor(place.local, place.shape)


def replay(case: Case) -> Trace:
    """Everything that the case computes. Raises CannotReplay if its numbers lead nowhere."""
    trace = Trace(case, network(case))
    trace.run()
    return trace
