"""Layers in a row, and a loss: one list of stages, each with its equations."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from walkthrough.mathematics.conventions import Conventions
from walkthrough.mathematics.notation import Tensor
from walkthrough.mathematics.renaming import told_apart
from walkthrough.trace.boundary import check
from walkthrough.trace.stage import Stage

if TYPE_CHECKING:
    from walkthrough.case import Case, NamedLayer
    from walkthrough.numbers.grid import GivenGrid

__all__ = ["Network", "Stage", "network"]


@dataclass(frozen=True)
class Network:
    """The stages of a case, the same for each of its samples."""

    layers: tuple[Stage, ...]
    loss: Stage | None
    input: Tensor
    target: Tensor | None
    parameters: dict[str, GivenGrid]
    constants: dict[str, GivenGrid] = field(default_factory=dict)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The layers in order, then the loss."""
        return self.layers if self.loss is None else (*self.layers, self.loss)

    @property
    def output(self) -> Tensor:
        """What comes out of the last layer; of a loss alone, the input."""
        return self.layers[-1].z if self.layers else self.input

    def stage(self, name: str) -> Stage | None:
        """The stage of this name."""
        return next((stage for stage in self.stages if stage.name == name), None)

    @cached_property
    def given(self) -> dict[str, GivenGrid]:
        """The parameters before the update, and what else is given and not learned."""
        return self.parameters | self.constants

    @cached_property
    def constant_tensors(self) -> tuple[Tensor, ...]:
        """All that is given beside the input and not learned, in order."""
        return tuple(tensor for stage in self.layers for tensor in stage.constants.values())

    @cached_property
    def parameter_tensors(self) -> tuple[Tensor, ...]:
        """All parameters, in order."""
        return tuple(tensor for stage in self.layers for tensor in stage.parameters.values())


def network(case: Case) -> Network:
    """The network of a case that has been read, and therefore fits together.

    Raises NotPossible if a layer's equations are not of a kind that can be worked through.
    """
    sample = case.samples[0]
    first = x = Tensor("input", sample.input.shape, "x")
    layers: list[Stage] = []
    grids: dict[str, GivenGrid] = {}
    constants: dict[str, GivenGrid] = {}
    for each in case.layers:
        stage = _stage(each, x, case.conventions)
        grids |= _named(stage.parameters, each.layer.parameters(x.shape))
        constants |= _named(stage.constants, each.layer.constants(x.shape))
        layers.append(stage)
        x = stage.z
    if case.loss is None:
        return Network(tuple(layers), None, first, None, grids, constants)
    target = None if sample.target is None else Tensor("target", sample.target.shape, "t")
    loss = Tensor("loss", (), "L")
    equations = tuple(case.loss.equations(x, target or loss, loss, case.conventions))
    stage = Stage("loss", case.loss_type, case.loss, x, loss, {}, equations)
    check(stage)
    return Network(tuple(layers), stage, first, target, grids, constants)


def _stage(named: NamedLayer, x: Tensor, conventions: Conventions) -> Stage:
    """A layer in its place, its letters told apart and its equations checked."""
    layer = named.layer
    parameters, constants = layer.parameters(x.shape), layer.constants(x.shape)
    z = Tensor(named.name, layer.output_shape(x.shape), _letter(layer.letter, x.symbol))
    tensors = {
        role: Tensor(f"{named.name}.{role}", grid.shape, layer.letters.get(role, role[0]))
        for role, grid in (parameters | constants).items()
    }
    given = layer.equations(x, z, conventions, **tensors)
    taken = {x.symbol, z.symbol, *(tensor.symbol for tensor in tensors.values())}
    stage = Stage(
        named.name,
        named.type,
        layer,
        x,
        z,
        {role: tensors[role] for role in parameters},
        tuple(told_apart(equation, taken) for equation in given),
        {role: tensors[role] for role in constants},
    )
    check(stage)
    return stage


def _named(tensors: dict[str, Tensor], grids: dict[str, GivenGrid]) -> dict[str, GivenGrid]:
    return {tensors[role].name: grid for role, grid in grids.items()}


def _letter(own: str, before: str) -> str:
    """The letter of a layer's output; another one if what comes in already has it."""
    return own if own != before else {"z": "u", "y": "h"}.get(own, "v")
