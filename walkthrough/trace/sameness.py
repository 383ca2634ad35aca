"""Whether two irrational numbers of a replay are provably one and the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from walkthrough.mathematics.layout import Array
from walkthrough.mathematics.notation import Expression, Index, gradient_name
from walkthrough.trace.network import Network
from walkthrough.trace.passes import SampleReplay, backward_loss, backward_stage, forward_stage

if TYPE_CHECKING:
    from walkthrough.case import Sample
    from walkthrough.numbers.grid import Grid


class Sameness:
    """A sample's replay, followed over residues as far as somebody asks."""

    def __init__(self, network: Network, sample: Sample, upstream: Grid | None, precision: int) -> None:
        self._network = network
        self._sample = sample
        self._upstream = upstream
        self._precision = precision
        self._residues: SampleReplay[Array] | None = None
        self.replay: SampleReplay[Any] | None = None

    def follow(self, replay: SampleReplay[Any]) -> None:
        """The exact replay whose choices decide."""
        self.replay = replay

    def proven(self, tensor: str, place: int, other: int | None) -> bool:
        """Whether two numbers of a tensor (or one and 0) are the same as formulas."""
        from walkthrough.numbers.residues import value  # hardly any case comes so far

        numbers = self._tensor(tensor).reshape(-1)
        first, second = value(numbers[place]), 0 if other is None else value(numbers[other])
        return first == second

    def _tensor(self, name: str) -> Array:
        from walkthrough.numbers.residues import Residues

        assert self.replay is not None
        arithmetic = Residues(self._signs)
        if self._residues is None:
            tensors = {n: arithmetic.given(grid) for n, grid in self._network.given.items()}
            tensors["input"] = arithmetic.given(self._sample.input)
            if self._sample.target is not None:
                tensors["target"] = arithmetic.given(self._sample.target)
            self._residues = SampleReplay(tensors, self.replay.selections)
        done = self._residues.tensors
        for stage in self._network.stages:
            if name not in done and stage.equations and stage.z.name not in done:
                forward_stage(stage, self._residues, arithmetic, stable=False)
        last = gradient_name(self._network.output.name)
        if name not in done and last not in done and self._network.loss is not None:
            if self._upstream is not None:
                grid = self._upstream.shaped_like(self._network.output.shape)
                assert grid is not None
                done[last] = arithmetic.given(grid)
            else:
                backward_loss(self._network.loss, self._residues, arithmetic)
        for stage in reversed(self._network.layers):
            if name not in done:
                backward_stage(stage, self._residues, arithmetic)
        return done[name]

    def _signs(self, of: Expression, axes: tuple[Index, ...], _: Array) -> Array:
        """On which side of a kink the exact numbers are: residues have no sign."""
        from walkthrough.numbers.exact_arithmetic import ExactArithmetic

        assert self.replay is not None
        exact, tensors = ExactArithmetic(self._precision), self.replay.tensors
        return exact.signs(exact.function(of, axes, lambda entry: tensors[entry.tensor.name]), "a kink")
