"""Why a case cannot be worked through, and which line of its file to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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


def beyond(case: Case, network: Network, local: str, cell: str) -> CannotReplay:
    """A number of a tensor that float64 cannot hold."""
    return refused(case, owner(network, local), f"{cell} is beyond what float64 can hold")


def owner(network: Network, local: str) -> Stage | None:
    """The layer or the loss in which a tensor is worked out."""
    if local == network.output.grad.name:
        return network.loss
    for stage in network.layers:
        if local == stage.x.grad.name:
            return stage
    return network.stage(local.partition(".")[0])
