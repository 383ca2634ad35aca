"""Layers in a row, and a loss: one list of stages, each with its equations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from walkthrough.layers import Layer
from walkthrough.losses import Loss
from walkthrough.mathematics import readings
from walkthrough.mathematics.contraction import Contraction
from walkthrough.mathematics.layout import Array, layout
from walkthrough.mathematics.notation import Entry, Equation, Largest, PositivePart, Tensor

if TYPE_CHECKING:
    from walkthrough.case import Case
    from walkthrough.numbers.grid import Grid


@dataclass(frozen=True)
class Stage:
    """One layer (or the loss) in its place: what goes in, what comes out, and how."""

    name: str
    type: str
    of: Layer | Loss
    x: Tensor
    z: Tensor
    parameters: dict[str, Tensor]
    equations: tuple[Equation, ...]

    @property
    def layer(self) -> Layer:
        """The layer of a stage that is one."""
        assert isinstance(self.of, Layer)
        return self.of

    @property
    def judge(self) -> Loss:
        """The loss of the last stage."""
        assert isinstance(self.of, Loss)
        return self.of

    @cached_property
    def inputs(self) -> tuple[Tensor, ...]:
        """What has a gradient: the parameters in their order, then the input."""
        return (*self.parameters.values(), self.x)

    @cached_property
    def choices(self) -> tuple[tuple[Equation, Entry, Contraction], ...]:
        """Equations that let something through, their entry, and the way back of the gradient."""
        found = []
        for equation in self.equations:
            if isinstance(equation.right, Largest | PositivePart):
                entry = equation.right.body
                over = equation.right.over if isinstance(equation.right, Largest) else ()
                target = Entry(entry.tensor.grad, entry.index, entry.flat)
                upstream = Entry(equation.left.tensor.grad, equation.left.index, equation.left.flat)
                variables = (*equation.left.variables, *over)
                part = readings.Part(target, readings.ONE, (upstream,), variables)
                found.append((equation, entry, Contraction(part)))
        return tuple(found)

    def windows(self, array: Array, fill: int = 0) -> Array:
        """The entries of each window of a max pool along a last axis."""
        ((equation, entry, contraction),) = self.choices
        spread = layout(entry, contraction.part.variables).seen(array, fill)
        return spread.reshape(*(index.extent for index in equation.left.variables), -1)

    @cached_property
    def window_places(self) -> Array:
        """Where each entry of each window stands in its tensor, in reading order; −1 is padding."""
        return self.windows(np.arange(self.x.size).reshape(self.x.shape), -1)

    @cached_property
    def sums(self) -> tuple[Contraction, ...]:
        """The forward tables of multiply-adds."""
        parts = (readings.forward(equation) or () for equation in self.equations)
        return tuple(Contraction(part) for several in parts for part in several)

    def backward(self, tensor: Tensor) -> tuple[Contraction, ...]:
        """The tables of the gradient with respect to the input or a parameter."""
        return self._gradients[tensor.name]

    @cached_property
    def _gradients(self) -> dict[str, tuple[Contraction, ...]]:
        return {
            tensor.name: tuple(
                Contraction(part)
                for equation in self.equations
                for part in readings.backward(equation, tensor)
            )
            for tensor in self.inputs
        }

    @cached_property
    def multiply_adds(self) -> int:
        """How many products its output takes; a bias, or a copy, multiplies nothing."""
        parts = [contraction.part for contraction in self.sums if len(contraction.part.factors) > 1]
        return sum(prod(index.extent for index in part.variables) for part in parts)


@dataclass(frozen=True)
class Network:
    """The stages of a case, the same for each of its samples."""

    layers: tuple[Stage, ...]
    loss: Stage | None
    input: Tensor
    target: Tensor | None
    parameters: dict[str, Grid]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The layers in order, then the loss."""
        return self.layers if self.loss is None else (*self.layers, self.loss)

    @property
    def output(self) -> Tensor:
        """What comes out of the last layer."""
        return self.layers[-1].z

    def stage(self, name: str) -> Stage | None:
        """The stage of this name."""
        return next((stage for stage in self.stages if stage.name == name), None)

    @cached_property
    def parameter_tensors(self) -> tuple[Tensor, ...]:
        """All parameters, in order."""
        return tuple(tensor for stage in self.layers for tensor in stage.parameters.values())


def network(case: Case) -> Network:
    """The network of a case that has been read, and therefore fits together."""
    sample = case.samples[0]
    first = x = Tensor("input", sample.input.shape, "x")
    layers: list[Stage] = []
    grids: dict[str, Grid] = {}
    for each in case.layers:
        z = Tensor(each.name, each.layer.output_shape(x.shape), _letter(each.layer.letter, x.symbol))
        given = each.layer.parameters(x.shape)
        tensors = {name: Tensor(f"{each.name}.{name}", grid.shape, name[0]) for name, grid in given.items()}
        grids |= {tensors[name].name: grid for name, grid in given.items()}
        equations = tuple(each.layer.equations(x, z, case.conventions, **tensors))
        layers.append(Stage(each.name, each.type, each.layer, x, z, tensors, equations))
        x = z
    if case.loss is None:
        return Network(tuple(layers), None, first, None, grids)
    target = None if sample.target is None else Tensor("target", sample.target.shape, "t")
    loss = Tensor("loss", (), "L")
    equations = tuple(case.loss.equations(x, target or loss, loss))
    stage = Stage("loss", case.loss_type, case.loss, x, loss, {}, equations)
    return Network(tuple(layers), stage, first, target, grids)


def _letter(own: str, before: str) -> str:
    """The letter of a layer's output; another one if what comes in already has it."""
    return own if own != before else {"z": "u", "y": "h"}.get(own, "v")
