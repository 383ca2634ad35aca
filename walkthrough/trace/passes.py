"""Forward, backward, update: the equations of a network over any kind of number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Generic

import numpy as np

from walkthrough.mathematics.layout import Array
from walkthrough.mathematics.notation import Equation, Largest, PositivePart, Total, gradient_name
from walkthrough.mathematics.readings import Part
from walkthrough.numbers.arithmetic import Arithmetic, N, Selection
from walkthrough.trace.network import Network, Stage

if TYPE_CHECKING:
    from walkthrough.case import Sample
    from walkthrough.numbers.grid import Grid


@dataclass(frozen=True)
class SampleReplay(Generic[N]):
    """One sample's numbers: every tensor of the forward and the backward pass, by name.

    `selections` are the choices of its max pools and ReLUs, by stage.
    """

    tensors: dict[str, N]
    selections: dict[str, Selection]

    def put(self, name: str, numbers: N, arithmetic: Arithmetic[N]) -> None:
        """A tensor that has been computed."""
        self.tensors[name] = numbers
        self.tensors[name] = arithmetic.proven(numbers, name)


def replay_sample(
    network: Network,
    sample: Sample,
    parameters: dict[str, N],
    arithmetic: Arithmetic[N],
    upstream: Grid | None,
    began: Callable[[SampleReplay[N]], None] = lambda _: None,
    turned: Callable[[SampleReplay[N]], None] = lambda _: None,
) -> SampleReplay[N]:
    """All numbers of one sample.

    `began` is told of the replay before its first stage, `turned` when it is back before the last layer.
    """
    tensors = {**parameters, "input": arithmetic.given(sample.input)}
    if sample.target is not None:
        tensors["target"] = arithmetic.given(sample.target)
    replay = SampleReplay(tensors, {})
    began(replay)
    for stage in network.stages:
        if stage.equations:
            forward_stage(stage, replay, arithmetic)
    if network.loss is not None:
        last = gradient_name(network.output.name)
        if upstream is not None:
            grid = upstream.shaped_like(network.output.shape)
            assert grid is not None
            tensors[last] = arithmetic.given(grid)
        else:
            backward_loss(network.loss, replay, arithmetic)
        for stage in reversed(network.layers):
            backward_stage(stage, replay, arithmetic)
            if stage is network.layers[-1]:
                turned(replay)
    return replay


def forward_stage(
    stage: Stage, replay: SampleReplay[N], arithmetic: Arithmetic[N], stable: bool = True
) -> None:
    """A stage's output from its input; `stable` prefers the form that does not overflow."""
    tensors = replay.tensors
    if stage.sums:
        terms = [(c, tuple(tensors[f.tensor.name] for f in c.part.factors)) for c in stage.sums]
        replay.put(stage.z.name, arithmetic.sums(terms), arithmetic)
        return
    for equation in stage.equations:
        if isinstance(equation.right, Largest | PositivePart):
            _choose(stage, equation, replay, arithmetic)
        else:
            formula = equation.computed if stable and equation.computed else equation.right
            values = arithmetic.function(
                formula, equation.left.variables, lambda entry: tensors[entry.tensor.name]
            )
            replay.put(stage.z.name, arithmetic.reshaped(values, stage.z.shape), arithmetic)


def _choose(stage: Stage, equation: Equation, replay: SampleReplay[N], arithmetic: Arithmetic[N]) -> None:
    """Who wins in each window, or which gates are open; and what goes on."""
    right = equation.right
    assert isinstance(right, Largest | PositivePart)
    numbers = replay.tensors[right.body.tensor.name]
    if isinstance(right, PositivePart):
        given = replay.selections.get(stage.name)
        selection = given or gates(arithmetic.signs(numbers, right.body.tensor.name), right.slope_at_zero)
        selected = arithmetic.structured(numbers, lambda array: _stopped(array, selection.first == 1))
    else:
        windows = arithmetic.structured(numbers, stage.windows)
        selection = replay.selections.get(stage.name) or arithmetic.winners(
            windows, stage.window_places, right.tie, right.body.tensor.name
        )
        selected = arithmetic.picked(windows, selection.first)
    replay.selections[stage.name] = selection
    replay.put(stage.z.name, arithmetic.reshaped(selected, stage.z.shape), arithmetic)


def gates(signs: Array, slope_at_zero: Fraction) -> Selection:
    """Open (1) where positive, closed (0) where negative, the convention's slope at 0.

    `first` is 0 where the number itself goes on, 1 where it is stopped.
    """
    at_zero = slope_at_zero.numerator
    shares = np.where(signs > 0, slope_at_zero.denominator, np.where(signs == 0, at_zero, 0))
    return Selection((signs < 0).astype(np.int64), shares, slope_at_zero.denominator)


def _stopped(array: Array, where: Array) -> Array:
    # not times 0, which would make −0.0 of a negative float
    return np.where(where, 0 if array.dtype == object else array.dtype.type(0), array)


def backward_loss(stage: Stage, replay: SampleReplay[N], arithmetic: Arithmetic[N]) -> None:
    """The loss's derivative, as the loss states it."""
    tensors = replay.tensors
    for equation in stage.equations:
        for entry, slope in equation.derivatives:
            values = arithmetic.function(slope, entry.variables, lambda each: tensors[each.tensor.name])
            replay.put(stage.x.grad.name, arithmetic.reshaped(values, stage.x.shape), arithmetic)


def backward_stage(stage: Stage, replay: SampleReplay[N], arithmetic: Arithmetic[N]) -> None:
    """The gradients of a stage's parameters and of its input, from its output's."""
    tensors = replay.tensors
    for tensor in stage.inputs:
        for _, _, contraction in stage.choices:
            selection = replay.selections[stage.name]
            shape = tuple(index.extent for index in contraction.part.variables)
            laid = Selection(selection.first, selection.shares.reshape(shape), selection.denominator)
            replay.put(
                tensor.grad.name, arithmetic.routed(contraction, tensors[stage.z.grad.name], laid), arithmetic
            )
        contractions = stage.backward(tensor)
        if contractions and contractions[0].part.local is not None:
            replay.put(tensor.grad.name, _chain(contractions[0].part, replay, arithmetic), arithmetic)
        elif contractions:
            terms = [(c, tuple(tensors[f.tensor.name] for f in c.part.factors)) for c in contractions]
            replay.put(tensor.grad.name, arithmetic.sums(terms), arithmetic)


def _chain(part: Part, replay: SampleReplay[N], arithmetic: Arithmetic[N]) -> N:
    """Upstream × local derivative, summed over the outputs that an entry goes into."""
    assert part.local is not None
    inside = set(part.target.variables)
    over = tuple(index for index in part.variables if index not in inside)
    product = part.factors[0] * part.local
    formula = Total(product, over) if over else product
    values = arithmetic.function(
        formula, part.target.variables, lambda entry: replay.tensors[entry.tensor.name]
    )
    return arithmetic.reshaped(values, part.target.tensor.shape)
