"""Where the numbers of a step are: every tensor by its full name, in the order of computation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from walkthrough.mathematics.notation import Shape, Tensor
from walkthrough.trace.moves import Move
from walkthrough.trace.network import Network

if TYPE_CHECKING:
    from walkthrough.case import Case


@dataclass(frozen=True)
class Place:
    """A tensor of the case under its full name: which sample's, of which step, and where its replay has it.

    `sample` counts from 0 and is None for what belongs to all of them; `step` counts from 1.
    """

    name: str
    local: str
    sample: int | None
    shape: Shape
    step: int = 1


def full_name(local: str, sample: int | None, step: int) -> str:
    """The first sample's tensors have no number, and neither have the first step's."""
    of_sample = f"{local}@{sample + 1}" if sample else local
    return f"{of_sample}#{step}" if step > 1 else of_sample


def numbered(local: str, sample: int, step: int) -> str:
    """A sample's own part of what belongs to all of them."""
    return f"{local}@{sample + 1}#{step}" if step > 1 else f"{local}@{sample + 1}"


class Places:
    """The tensors of one step of a case."""

    def __init__(self, case: Case, network: Network, moves: tuple[Move, ...], step: int, back: bool) -> None:
        self._case = case
        self._network = network
        self._moves = moves
        self._step = step
        self._back = back and network.loss is not None

    def found(self) -> dict[str, Place]:
        """All of them, in the order of computation."""
        several = (self._given(), self._forward(), self._backward(), self._closing())
        return {place.name: place for part in several for place in part}

    def _of(self, local: str, sample: int | None, shape: Shape) -> Place:
        return Place(full_name(local, sample, self._step), local, sample, shape, self._step)

    def _numbered(self, local: str, sample: int, shape: Shape) -> Place:
        """The first sample's has its number, too."""
        return Place(numbered(local, sample, self._step), local, sample, shape, self._step)

    def _given(self) -> Iterator[Place]:
        for tensor in (*self._network.parameter_tensors, *self._network.constant_tensors):
            yield self._of(tensor.name, 0, tensor.shape)
        for move in self._moves:
            for tensor in move.before:
                yield self._of(tensor.name, 0, tensor.shape)

    def _forward(self) -> Iterator[Place]:
        net, batch = self._network, self._case.batch
        judged = net.loss is not None and bool(net.loss.equations)
        for k in range(len(self._case.samples)):
            target = [net.target] if net.target else []
            for tensor in (net.input, *target, *(stage.z for stage in net.layers)):
                yield self._of(tensor.name, k, tensor.shape)
            if judged and batch:
                yield self._numbered("loss", k, ())
        if judged:
            yield self._of("loss", None, ())

    def _backward(self) -> Iterator[Place]:
        for k in range(len(self._case.samples)) if self._back else ():
            for stage in reversed(self._network.layers):
                yield self._of(stage.z.grad.name, k, stage.z.shape)
                for tensor in stage.parameters.values():
                    yield from self._own_gradient(tensor, k)
            yield self._of("input.grad", k, self._network.input.shape)

    def _own_gradient(self, tensor: Tensor, sample: int) -> Iterator[Place]:
        if self._case.batch:
            yield self._numbered(tensor.grad.name, sample, tensor.shape)
        else:
            yield self._of(tensor.grad.name, None, tensor.shape)

    def _closing(self) -> Iterator[Place]:
        """Means over the samples, and what the update works out."""
        for tensor in self._network.parameter_tensors if self._back and self._case.batch else ():
            yield self._of(tensor.grad.name, None, tensor.shape)
        for move in self._moves:
            for equation in move.equations:
                tensor = equation.left.tensor
                yield self._of(tensor.name, None, tensor.shape)
