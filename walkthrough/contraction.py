"""Sums of products over whole tensors at once: the table of multiply-adds, without its rows.

Everything here is about positions: which axis of an array belongs to which loop index. What is done
to the numbers (float64, or integers over a common denominator) is the caller's `multiply`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import as_strided

from walkthrough.notation import Affine, Entry, Index
from walkthrough.readings import Part

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def padded(array: Array, entry: Entry, fill: Any = 0) -> tuple[Array, tuple[int, ...]]:
    """The array with `fill` around it as far as the entry's positions reach, and where its cell 0 is."""
    if entry.flat:
        array = array.reshape(-1)
    spans = [position.span for position in entry.index]
    before = tuple(max(0, -low) for low, _ in spans)
    after = tuple(max(0, high - extent + 1) for (_, high), extent in zip(spans, array.shape, strict=True))
    if not any(before) and not any(after):
        return array, before
    # np.pad would put np.int64(0) among Python integers, and sums would then overflow silently
    room = np.full(
        tuple(a + n + b for a, n, b in zip(before, array.shape, after, strict=True)), fill, dtype=array.dtype
    )
    room[tuple(slice(a, a + n) for a, n in zip(before, array.shape, strict=True))] = array
    return room, before


def laid_out(array: Array, entry: Entry, variables: tuple[Index, ...], fill: Any = 0) -> Array:
    """The entries with an axis for each loop index (of extent 1 where they do not depend on it)."""
    if all(position.alone for position in entry.index):
        own = [position.alone for position in entry.index]
        if entry.flat:
            array = array.reshape(-1)
        if len(set(own)) == len(own):
            order = [own.index(index) for index in variables if index in own]
            array = array if order == sorted(order) else array.transpose(order)
            return array.reshape(tuple(index.extent if index in own else 1 for index in variables))
    array, origin = padded(array, entry, fill)
    start = tuple(slice(at + position.constant, None) for at, position in zip(origin, entry.index, strict=True))
    return _strided(array, start, entry.index, variables)


def _strided(
    array: Array, start: tuple[slice, ...], index: tuple[Affine, ...], variables: tuple[Index, ...]
) -> Array:
    steps = [0] * len(variables)
    shape = [1] * len(variables)
    offset = 0
    for position, stride, axis in zip(index, array.strides, start, strict=True):
        offset += axis.start
        for each, coefficient in position.coefficients:
            steps[variables.index(each)] += coefficient * stride
            shape[variables.index(each)] = each.extent
    # negative steps (a flipped kernel) begin at the far end, which `start` already points at
    return as_strided(array[start], shape=tuple(shape), strides=tuple(steps))


@dataclass(frozen=True)
class Contraction:
    """One part of a reading, prepared: how to lay out its factors, and where its products go."""

    part: Part

    @cached_property
    def kept(self) -> tuple[Index, ...]:
        """The loop indices of the target, in the loop's order: what is not summed over at once."""
        inside = set(self.part.target.variables)
        return tuple(index for index in self.part.variables if index in inside)

    @cached_property
    def _roles(self) -> tuple[tuple[Index, ...], ...]:
        """Of two factors: indices of both that are kept, of both that are summed, of one alone."""
        first, second = (set(factor.variables) for factor in self.part.factors)
        kept = set(self.kept)
        both = [index for index in self.part.variables if index in first and index in second]
        return (
            tuple(index for index in both if index in kept),
            tuple(index for index in both if index not in kept),
            tuple(index for index in self.kept if index in first and index not in second),
            tuple(index for index in self.kept if index in second and index not in first),
        )

    def matrices(self, arrays: tuple[Array, ...]) -> tuple[Array, Array]:
        """The two factors as stacks of matrices: (kept by both, first's own, summed) and so on."""
        both, summed, first, second = self._roles
        left = laid_out(arrays[0], self.part.factors[0], both + first + summed)
        right = laid_out(arrays[1], self.part.factors[1], both + summed + second)
        stack = _extent(both)
        return (
            left.reshape(stack, _extent(first), _extent(summed)),
            right.reshape(stack, _extent(summed), _extent(second)),
        )

    def unstacked(self, matrices: Array) -> Array:
        """A stack of result matrices, with an axis for each kept index in the loop's order."""
        both, _, first, second = self._roles
        axes = both + first + second
        result = matrices.reshape(tuple(index.extent for index in axes))
        order = tuple(axes.index(index) for index in self.kept if index in axes)
        result = result if order == tuple(range(len(order))) else result.transpose(order)
        return self._spread(result, axes)

    def single(self, array: Array) -> Array:
        """A lone factor, summed over what the target does not name."""
        own = tuple(index for index in self.part.variables if index in set(self.part.factors[0].variables))
        values = laid_out(array, self.part.factors[0], own)
        summed = tuple(at for at, index in enumerate(own) if index not in set(self.kept))
        values = values.sum(axis=summed) if summed else values
        return self._spread(np.asarray(values, dtype=array.dtype), own)

    def _spread(self, values: Array, axes: tuple[Index, ...]) -> Array:
        """The same product for every value of an index that the factors do not depend on."""
        shape = tuple(index.extent if index in axes else 1 for index in self.kept)
        values = values.reshape(shape)
        full = tuple(index.extent for index in self.kept)
        return values if shape == full else np.broadcast_to(values, full)

    @cached_property
    def looped(self) -> tuple[Index, ...]:
        """Indices to go through one by one, so that for the others no two products meet in a cell."""
        looped: list[Index] = []
        for position in self.part.target.index:
            reach = 1
            by_step = sorted(position.coefficients, key=lambda pair: (abs(pair[1]), -pair[0].extent))
            for index, coefficient in by_step:
                if abs(coefficient) < reach:
                    looped.append(index)
                else:
                    reach = abs(coefficient) * index.extent
        return tuple(looped)

    @cached_property
    def direct(self) -> bool:
        """Whether the kept indices are the target's own axes, one for one."""
        return tuple(position.alone for position in self.part.target.index) == self.kept

    def gathered(self, products: Array) -> Array:
        """The products added up where they go: an array shaped like the target's tensor."""
        target = self.part.target
        shape = target.tensor.shape
        if self.direct:
            return products.reshape(shape)
        empty = np.zeros((target.tensor.size,) if target.flat else shape, dtype=products.dtype)
        room, origin = padded(empty, target)
        start = tuple(slice(at + p.constant, None) for at, p in zip(origin, target.index, strict=True))
        view = _strided(room, start, target.index, self.kept)
        axes = [self.kept.index(index) for index in self.looped]
        for place in product(*(range(index.extent) for index in self.looped)):
            chosen: list[Any] = [slice(None)] * len(self.kept)
            for axis, at in zip(axes, place, strict=True):
                chosen[axis] = at
            view[tuple(chosen)] += products[tuple(chosen)]
        inner = tuple(slice(at, at + extent) for at, extent in zip(origin, empty.shape, strict=True))
        return room[inner].reshape(shape)


def _extent(axes: tuple[Index, ...]) -> int:
    return prod(index.extent for index in axes)


Multiply: TypeAlias = Callable[[Array, Array], Array]


def contract(contraction: Contraction, arrays: tuple[Array, ...], multiply: Multiply) -> Array:
    """Σ of the products of a part's factors, for every cell of its target; no coefficient yet."""
    if len(arrays) == 1:
        return contraction.gathered(contraction.single(arrays[0]))
    return contraction.gathered(contraction.unstacked(multiply(*contraction.matrices(arrays))))
