"""Forward, backward, update: the equations of a network over any kind of number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import lcm
from typing import TYPE_CHECKING, Generic

import numpy as np

from walkthrough.mathematics.contraction import Contraction
from walkthrough.mathematics.layout import Array
from walkthrough.mathematics.notation import Equation, Largest, Total, gradient_name
from walkthrough.mathematics.readings import ONE, Part, Slopes
from walkthrough.numbers.arithmetic import Arithmetic, N, Selection
from walkthrough.trace.network import Network, Stage

if TYPE_CHECKING:
    from walkthrough.case import Sample
    from walkthrough.numbers.grid import GivenGrid


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
    upstream: GivenGrid | None,
    began: Callable[[SampleReplay[N]], None] = lambda _: None,
    turned: Callable[[SampleReplay[N]], None] = lambda _: None,
    back: bool = True,
) -> SampleReplay[N]:
    """All numbers of one sample.

    `began` is told of the replay before its first stage, `turned` when it is back before the last layer.
    With `back` False it stops at the loss.
    """
    tensors = {**parameters, "input": arithmetic.given(sample.input)}
    if sample.target is not None:
        tensors["target"] = arithmetic.given(sample.target)
    replay = SampleReplay(tensors, {})
    began(replay)
    for stage in network.stages:
        if stage.equations:
            forward_stage(stage, replay, arithmetic)
    if network.loss is not None and back:
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
    elif stage.choices:
        _choose(stage, stage.equations[0], replay, arithmetic)
    else:
        parts = [worked_out(equation, tensors, arithmetic, stable) for equation in stage.equations]
        replay.put(stage.z.name, _together(parts, arithmetic), arithmetic)


def worked_out(
    equation: Equation, tensors: Mapping[str, N], arithmetic: Arithmetic[N], stable: bool = True
) -> N:
    """What a formula gives of the tensor on its left side; 0 where it says nothing."""
    formula = equation.computed if stable and equation.computed else equation.right
    part = Part(equation.left, ONE, (), equation.left.variables)
    values = arithmetic.function(formula, part.variables, lambda entry: tensors[entry.tensor.name])
    return _gathered(part, values, arithmetic)


def _gathered(part: Part, values: N, arithmetic: Arithmetic[N]) -> N:
    """Values with an axis for each index of a part's target, where they go."""
    contraction = Contraction(part)
    if contraction.direct:
        return arithmetic.reshaped(values, part.target.tensor.shape)
    return arithmetic.gathered(contraction, values)


def _together(parts: list[N], arithmetic: Arithmetic[N]) -> N:
    return parts[0] if len(parts) == 1 else arithmetic.combined(parts, [ONE] * len(parts))


def _choose(stage: Stage, equation: Equation, replay: SampleReplay[N], arithmetic: Arithmetic[N]) -> None:
    """Who wins in each window, or which gates are open; and what goes on."""
    right, gate = equation.right, stage.gate
    numbers = replay.tensors[stage.x.name]
    selection = replay.selections.get(stage.name)
    if gate is not None:
        selection = selection or gates(arithmetic.signs(numbers, stage.x.name), gate)
        selected = _let_through(numbers, selection, gate, arithmetic)
    else:
        assert isinstance(right, Largest)
        windows = arithmetic.structured(numbers, stage.windows)
        selection = selection or arithmetic.winners(windows, stage.window_places, right.tie, stage.x.name)
        selected = arithmetic.picked(windows, selection.first)
    replay.selections[stage.name] = selection
    replay.put(stage.z.name, arithmetic.reshaped(selected, stage.z.shape), arithmetic)


def gates(signs: Array, gate: Slopes) -> Selection:
    """The slope above 0 where positive, the one below where negative, the convention's at 0.

    `first` is 0 where the number itself is open, 1 where it is closed.
    """
    slopes = (gate.above, gate.at_zero, gate.below)
    denominator = lcm(*(slope.denominator for slope in slopes))
    above, at_zero, below = (int(slope * denominator) for slope in slopes)
    shares = np.where(signs > 0, above, np.where(signs == 0, at_zero, below))
    return Selection((signs < 0).astype(np.int64), shares, denominator)


def _let_through(numbers: N, selection: Selection, gate: Slopes, arithmetic: Arithmetic[N]) -> N:
    """Each number times the slope on its side of 0."""
    sides = []
    for slope, closed in ((gate.above, 1), (gate.below, 0)):
        if slope:
            side = arithmetic.structured(numbers, partial(_stopped, where=selection.first == closed))
            sides.append((side, slope))
    if len(sides) == 1 and sides[0][1] == 1:
        return sides[0][0]
    return arithmetic.combined([side for side, _ in sides], [slope for _, slope in sides])


def _stopped(array: Array, where: Array) -> Array:
    # not times 0, which would make −0.0 of a negative float
    return np.where(where, 0 if array.dtype == object else array.dtype.type(0), array)


def backward_loss(stage: Stage, replay: SampleReplay[N], arithmetic: Arithmetic[N]) -> None:
    """The loss's derivative, as the loss states it."""
    parts = []
    for equation in stage.equations:
        for entry, slope in equation.derivatives:
            part = Part(entry, ONE, (), entry.variables)
            values = arithmetic.function(slope, part.variables, lambda each: replay.tensors[each.tensor.name])
            parts.append(_gathered(part, values, arithmetic))
    replay.put(stage.x.grad.name, _together(parts, arithmetic), arithmetic)


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
        if any(contraction.part.local is not None for contraction in contractions):
            parts = [_chain(contraction.part, replay, arithmetic) for contraction in contractions]
            replay.put(tensor.grad.name, _together(parts, arithmetic), arithmetic)
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
    kept = Contraction(part).kept
    values = arithmetic.function(formula, kept, lambda entry: replay.tensors[entry.tensor.name])
    return _gathered(part, values, arithmetic)
