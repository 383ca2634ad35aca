"""Convolution's sums by the second route: from grids that are padded, turned and slid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from walkthrough.derivations.derivation import Equalities, Equality, GridRows
from walkthrough.derivations.pieces.formula_grids import (
    framed_grid,
    grid,
    slid,
    spread,
    turned_grid,
    without_zeros,
)
from walkthrough.derivations.pieces.layers_in_letters import Setting
from walkthrough.layers.conv2d import Conv2d
from walkthrough.mathematics.notation import Cell, Expression


@dataclass(frozen=True)
class SecondRoute:
    """The grids of a convolution, laid out once; every sum is a place where one lies on another."""

    at: Setting

    @property
    def layer(self) -> Conv2d:
        """The convolution, for its stride, padding and flip."""
        assert isinstance(self.at.layer, Conv2d)
        return self.at.layer

    @property
    def corner(self) -> tuple[int, int]:
        """The padding above and to the left."""
        (top, _), (left, _) = self.layer.sliding.frame
        return top, left

    @cached_property
    def padded_inputs(self) -> tuple[GridRows, ...]:
        """Each channel of the input with its padding around it."""
        (top, left), (channels, rows, columns) = self.corner, self.at.x.shape
        shape = (rows + 2 * top, columns + 2 * left)
        return tuple(framed_grid(grid(self.at.x, each), (top, left), shape) for each in range(channels))

    @cached_property
    def spread_gradients(self) -> tuple[GridRows, ...]:
        """Each filter's g with its entries as far apart as the windows are."""
        return tuple(spread(grid(self.at.g, each), self.layer.stride) for each in range(self.at.z.shape[0]))

    @cached_property
    def padded_gradients(self) -> tuple[GridRows, ...]:
        """The same with as many zeros around it as a sliding kernel needs."""
        (rows, columns), (height, width) = self.at.x.shape[1:], self.layer.sliding.reach
        before = (height - 1 - self.corner[0], width - 1 - self.corner[1])
        shape = (rows + height - 1, columns + width - 1)
        return tuple(framed_grid(each, before, shape) for each in self.spread_gradients)

    @cached_property
    def kernels(self) -> tuple[tuple[GridRows, ...], ...]:
        """The kernel as it lies on the image forwards, by filter and channel; dilated, with zeros in it."""
        filters, channels = self.at.parameters["kernel"].shape[:2]
        return tuple(tuple(self._laid(one, other) for other in range(channels)) for one in range(filters))

    def _laid(self, filter_: int, channel: int) -> GridRows:
        kernel = spread(grid(self.at.parameters["kernel"], filter_, channel), self.layer.dilation)
        return turned_grid(kernel) if self.layer.flip else kernel

    @cached_property
    def turned_kernels(self) -> tuple[tuple[GridRows, ...], ...]:
        """The kernel turned by 180°, once more than forwards."""
        return tuple(tuple(map(turned_grid, each)) for each in self.kernels)

    def output_products(self, cell: Cell) -> list[Expression]:
        """The products of the padded input ⋆ the kernel at the place of an output entry."""
        filter_, i, j = cell
        top, left = i * self.layer.stride[0], j * self.layer.stride[1]
        pairs = zip(self.kernels[filter_], self.padded_inputs, strict=True)
        return [each for laid, over in pairs for each in slid(laid, over, top, left)]

    def kernel_products(self, cell: Cell) -> list[Expression]:
        """The products of the padded input ⋆ g at the place of a kernel entry."""
        filter_, channel, p, q = cell
        if self.layer.flip:
            height, width = self.at.parameters["kernel"].shape[2:]
            p, q = height - 1 - p, width - 1 - q
        top, left = p * self.layer.dilation[0], q * self.layer.dilation[1]
        return slid(self.spread_gradients[filter_], self.padded_inputs[channel], top, left, window_first=True)

    def input_products(self, cell: Cell) -> list[Expression]:
        """The products of the padded g ⋆ the turned kernel at an input entry's place, over all filters."""
        channel, i, j = cell
        pairs = zip(self.turned_kernels, self.padded_gradients, strict=True)
        return [each for kernels, over in pairs for each in slid(kernels[channel], over, i, j)]


def with_second_route(chain: Equalities, products: list[Expression], because: str) -> Equalities:
    """The same sum from the grids, as a line of its own unless it reads the same to the letter."""
    total = without_zeros(products)
    *before, last = chain.steps
    kept = before if total == last.right else chain.steps
    return replace(chain, steps=(*kept, Equality(total, (because,))))
