"""One layer (or the loss) in its place: what goes in, what comes out, and how it is worked through."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import prod

import numpy as np

from walkthrough.layers import Layer
from walkthrough.losses import Loss
from walkthrough.mathematics import readings
from walkthrough.mathematics.contraction import Contraction
from walkthrough.mathematics.layout import Array, layout
from walkthrough.mathematics.notation import Entry, Equation, Largest, Tensor
from walkthrough.mathematics.readings import Slopes


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
    constants: dict[str, Tensor] = field(default_factory=dict)
    """What is given beside the input and not learned, such as the mask of a dropout."""

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
            entry = readings.passing(equation.right)
            if entry is not None:
                over = equation.right.over if isinstance(equation.right, Largest) else ()
                target = Entry(entry.tensor.grad, entry.index, entry.flat)
                upstream = Entry(equation.left.tensor.grad, equation.left.index, equation.left.flat)
                variables = (*equation.left.variables, *over)
                part = readings.Part(target, readings.ONE, (upstream,), variables)
                found.append((equation, entry, Contraction(part)))
        return tuple(found)

    @cached_property
    def gate(self) -> Slopes | None:
        """The slopes of a layer that is a gate, entry by entry; None if it is none."""
        return readings.slopes(self.equations[0].right) if self.equations else None

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
        """The forward tables of multiply-adds; none if something lets through, or is a function."""
        if self.choices or any(equation.derivatives for equation in self.equations):
            return ()
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
                for equation in (() if self.choices else self.equations)
                for part in readings.backward(equation, tensor)
            )
            for tensor in self.inputs
        }

    @cached_property
    def multiply_adds(self) -> int:
        """How many products its output takes; a bias, or a copy, multiplies nothing."""
        parts = [contraction.part for contraction in self.sums if len(contraction.part.factors) > 1]
        return sum(prod(index.extent for index in part.variables) for part in parts)
