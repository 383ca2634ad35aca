"""Sizes, without a number of the case: shapes, parameters, multiply-adds, receptive fields."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

from walkthrough.mathematics.notation import Shape
from walkthrough.trace.extents.receptive_field import Cells, Field, SeenWindow, image_axes, seen, windows
from walkthrough.trace.network import Network, network
from walkthrough.trace.stage import Stage

if TYPE_CHECKING:
    from walkthrough.case import Case


@dataclass(frozen=True, slots=True)
class LayerSize:
    """How large a layer is, and what one of its outputs sees of the input.

    `field` has an entry for each axis of the input's image; `before` is that of what comes in, `windows` the
    layer's own (None where an output is a single entry, as in a flatten).
    """

    stage: Stage
    shape: Shape
    parameters: int
    multiplications: int
    windows: tuple[SeenWindow, ...] | None
    before: tuple[Field, ...]
    field: tuple[Field, ...]

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.stage.name

    @property
    def receptive_field(self) -> tuple[int, ...]:
        """How many pixels one output sees along each axis."""
        return tuple(field.size for field in self.field)


@dataclass(frozen=True)
class Sizes:
    """The sizes of all layers of a case."""

    network: Network
    layers: tuple[LayerSize, ...]

    @property
    def parameters(self) -> int:
        """All numbers that are learned."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def multiplications(self) -> int:
        """All multiply-adds of the sums written out, padding included."""
        return sum(layer.multiplications for layer in self.layers)

    def sight(self, layer: LayerSize) -> tuple[Cells, ...]:
        """Which rows and columns of the input the middle output of a layer sees."""
        at = self.layers.index(layer)
        cells = tuple(frozenset([extent // 2]) for extent in image_axes(layer.shape))
        for each in reversed(self.layers[: at + 1]):
            cells = seen(each.stage, cells)
        return cells


def sizes(case: Case) -> Sizes:
    """The sizes of a case's layers, in order. The case needs an input, or the shape of one."""
    net = network(case)
    extents = image_axes(net.input.shape)
    field = tuple(Field(1, Fraction(1)) for _ in extents)
    found = []
    for stage in net.layers:
        own, before = windows(stage), field
        field = _through(field, own, extents)
        found.append(
            LayerSize(
                stage,
                stage.z.shape,
                sum(prod(tensor.shape) for tensor in stage.parameters.values()),
                stage.multiply_adds,
                own,
                before,
                field,
            )
        )
    return Sizes(net, tuple(found))


def _through(
    field: tuple[Field, ...], own: tuple[SeenWindow, ...] | None, extents: Shape
) -> tuple[Field, ...]:
    if own is None:  # the same entries in another arrangement: no axis leads on from here
        return tuple(Field(each.size, None) for each in field)
    if len(own) != len(field):
        one = all(window.size == 1 for window in own)
        return field if one else tuple(Field(extent, None) for extent in extents)
    pairs = zip(field, own, extents, strict=True)
    return tuple(each.through(window, extent) for each, window, extent in pairs)
