"""Why a case cannot be worked through, and which line of its file to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from walkthrough.mathematics.notation import Applied, Cell, Entry, Expression
from walkthrough.numbers.exact import Exact, of_floats
from walkthrough.words.problems import Problem

if TYPE_CHECKING:
    from walkthrough.case import Case
    from walkthrough.trace.network import Network, Stage
    from walkthrough.trace.passes import SampleReplay


class CannotReplay(ArithmeticError):
    """A case whose numbers lead nowhere: the log of an exact 0, or more digits than there is room for.

    `problem` says so with the file and the line of the layer or the loss, where they are known.
    """

    def __init__(self, problem: Problem | str) -> None:
        self.problem = Problem("", None, "", problem) if isinstance(problem, str) else problem
        super().__init__(str(self.problem))


class UncertainDigit(CannotReplay):
    """A digit that stays open however many are carried."""


def refused(case: Case, stage: Stage | None, message: str) -> CannotReplay:
    """What cannot be done at a layer, or at the loss."""
    if stage is None:
        return CannotReplay(Problem(case.file, None, "", message))
    if stage.name == "loss":
        return CannotReplay(case.problem(("loss",), "loss", message))
    place = next(at for at, each in enumerate(case.layers) if each.name == stage.name)
    return CannotReplay(case.problem(("layers", place), f"layer {stage.name}", message))


def at_work(network: Network, replay: SampleReplay[Any] | None) -> Stage | None:
    """The stage that was being worked out when a replay was given up."""
    if replay is None:
        return None
    done = replay.tensors
    for stage in network.stages:
        if stage.equations and stage.z.name not in done:
            return stage
    if network.output.grad.name not in done:
        return network.loss
    for stage in reversed(network.layers):
        if any(tensor.grad.name not in done for tensor in stage.inputs):
            return stage
    return None


def no_logarithm(network: Network, replay: SampleReplay[Any] | None, called: Callable[[Cell], str]) -> str:
    """The output of which (or of 1 − which) there is no logarithm: `: relu[2] is 0`, or nothing."""
    numbers = replay.tensors.get(network.output.name) if replay else None
    if network.loss is None or not network.loss.equations or numbers is None:
        return ""
    if not isinstance(numbers, Exact):
        if not np.isfinite(numbers).all():
            return ""
        numbers = of_floats(numbers)
    taken_of = set(map(type, _logarithms(network.loss.equations[0].right)))
    for cell in network.output.cells():
        value = numbers.fraction(cell)
        if not numbers.known(cell) and numbers.radius:
            continue
        if Entry in taken_of and value <= 0:
            return f": {called(cell)} is {value}"
        if taken_of - {Entry} and value >= 1:
            return f": {called(cell)} is {value}, and 1 − {value} is {1 - value}"
    return ""


def _logarithms(of: Expression) -> Iterator[Expression]:
    """What a formula takes logarithms of."""
    if isinstance(of, Applied) and of.function == "ln":
        yield of.to
    for part in of.parts:
        yield from _logarithms(part)


def beyond(case: Case, network: Network, local: str, cell: str, because: str = "") -> CannotReplay:
    """A number of a tensor that float64 cannot hold."""
    return refused(case, owner(network, local), f"{cell} is beyond what float64 can hold{because}")


def owner(network: Network, local: str) -> Stage | None:
    """The layer or the loss in which a tensor is worked out."""
    if local == network.output.grad.name:
        return network.loss
    for stage in network.layers:
        if local == stage.x.grad.name:
            return stage
    return network.stage(local.partition(".")[0])
