"""Whether two irrational numbers of a replay are provably one and the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from walkthrough.mathematics.layout import Array
from walkthrough.mathematics.notation import Entry, Expression, Index, gradient_name
from walkthrough.numbers.arithmetic import NeedsPrecision
from walkthrough.numbers.exact import doubtful
from walkthrough.trace.network import Network
from walkthrough.trace.passes import SampleReplay, backward_loss, backward_stage, forward_stage

if TYPE_CHECKING:
    from walkthrough.case import Sample
    from walkthrough.numbers.grid import GivenGrid


_FORMS = (False, True)
"""An equation's textbook form, and the one to compute with: what is equal may show in either only."""


class Sameness:
    """A sample's replay, followed over residues as far as somebody asks."""

    def __init__(
        self,
        network: Network,
        sample: Sample,
        upstream: GivenGrid | None,
        precision: int,
        given: Callable[[bool], dict[str, Array]],
    ) -> None:
        self._network = network
        self._sample = sample
        self._upstream = upstream
        self._precision = precision
        self._given = given
        self._residues: dict[bool, SampleReplay[Array]] = {}
        self.replay: SampleReplay[Any] | None = None

    def follow(self, replay: SampleReplay[Any]) -> None:
        """The exact replay whose choices decide."""
        self.replay = replay

    def proven(self, tensor: str, place: int, other: int | None) -> bool:
        """Whether two numbers of a tensor (or one and 0) are the same as formulas."""
        from walkthrough.numbers.residues import value  # hardly any case comes so far

        for stable in _FORMS:
            numbers = self.tensor(tensor, stable).reshape(-1)
            first, second = value(numbers[place]), 0 if other is None else value(numbers[other])
            if first == second:
                return True
        return False

    def residue(self, tensor: str, place: int, stable: bool) -> Any:
        """A number of a tensor as a residue."""
        return self.tensor(tensor, stable).reshape(-1)[place]

    def vanishes(self, of: Expression, axes: tuple[Index, ...]) -> Array:
        """Where a formula is 0, for all values of these loop indices."""
        from walkthrough.numbers.residues import Residues, value

        found = []
        for stable in _FORMS:
            read = partial(self._entry, stable=stable)
            values = Residues(self._signs).function(of, axes, read)
            found.append(np.frompyfunc(lambda each: value(each) == 0, 1, 1)(values).astype(bool))
        return np.asarray(np.logical_or(*found))

    def _entry(self, entry: Entry, stable: bool) -> Array:
        return self.tensor(entry.tensor.name, stable)

    def given(self, stable: bool) -> dict[str, Array]:
        """What the step starts from, over residues."""
        return self._given(stable)

    def tensor(self, name: str, stable: bool) -> Array:
        """A tensor of the sample over residues."""
        from walkthrough.numbers.residues import Residues

        assert self.replay is not None
        arithmetic = Residues(self._signs)
        if stable not in self._residues:
            tensors = dict(self._given(stable))
            tensors["input"] = arithmetic.given(self._sample.input)
            if self._sample.target is not None:
                tensors["target"] = arithmetic.given(self._sample.target)
            self._residues[stable] = SampleReplay(tensors, self.replay.selections)
        residues = self._residues[stable]
        done = residues.tensors
        for stage in self._network.stages:
            if name not in done and stage.equations and stage.z.name not in done:
                forward_stage(stage, residues, arithmetic, stable)
        last = gradient_name(self._network.output.name)
        if name not in done and last not in done and self._network.loss is not None:
            if self._upstream is not None:
                grid = self._upstream.shaped_like(self._network.output.shape)
                assert grid is not None
                done[last] = arithmetic.given(grid)
            else:
                backward_loss(self._network.loss, residues, arithmetic)
        for stage in reversed(self._network.layers):
            if name not in done:
                backward_stage(stage, residues, arithmetic)
        return done[name]

    def _signs(self, of: Expression, axes: tuple[Index, ...], _: Array) -> Array:
        """On which side of a kink the exact numbers are: residues have no sign."""
        from walkthrough.numbers.exact_arithmetic import ExactArithmetic

        assert self.replay is not None
        exact, tensors = ExactArithmetic(self._precision, vanishes=self.vanishes), self.replay.tensors
        numbers = exact.function(of, axes, lambda entry: tensors[entry.tensor.name])
        doubt = doubtful(numbers)
        signs = np.sign(numbers.numerators).astype(np.int64)
        if not doubt.any():
            return signs
        proven = doubt & self.vanishes(of, axes)
        if (doubt & ~proven).any():
            raise NeedsPrecision("a kink")
        return np.where(proven, 0, signs)


def cancel(several: Sequence[Sameness], tensor: str, place: int) -> bool:
    """Whether the numbers that several samples have in one place add up to 0, as formulas."""
    from walkthrough.numbers.residues import Residue, value

    for stable in _FORMS:
        total = Residue(0)
        for each in several:
            total = total + Residue(value(each.residue(tensor, place, stable)))
        if not total.value:
            return True
    return False


def no_signs(of: Expression, axes: tuple[Index, ...], values: Array) -> Array:
    """Where no formula has a kink, as in an update."""
    raise TypeError("residues have no sign")
