"""Sums of products over whole tensors at once: the table of multiply-adds, without its rows.

Everything here is about positions: which axis of an array belongs to which loop index. What is done
to the numbers (float64, or integers over a common denominator) is the caller's `multiply`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from math import prod
from typing import Any, TypeAlias

import numpy as np

from walkthrough.mathematics.layout import Array, Layout, layout
from walkthrough.mathematics.notation import Entry, Index, Tensor, unique
from walkthrough.mathematics.readings import ONE, Part

_FITS_INT64 = 2**62

Multiply: TypeAlias = Callable[[Array, Array], Array]
"""Stacks of matrices multiplied: (stack, rows, terms) by (stack, terms, columns)."""


@dataclass(frozen=True)
class _Roles:
    """Of two factors: the indices of both that are kept or summed over, and those of one alone.

    `before` are those of one alone that are summed over, which is done before anything is multiplied.
    """

    both: tuple[Index, ...]
    summed: tuple[Index, ...]
    first: tuple[Index, ...]
    second: tuple[Index, ...]
    before: tuple[tuple[Index, ...], tuple[Index, ...]]


@dataclass(frozen=True)
class _Stack:
    """A factor seen as a stack of matrices."""

    layout: Layout
    shape: tuple[int, int, int]
    before: tuple[int, ...]

    @classmethod
    def of(
        cls,
        factor: Entry,
        axes: tuple[tuple[Index, ...], ...],
        before: tuple[Index, ...],
        shape: tuple[int, int, int],
    ) -> _Stack:
        """Laid out along its axes, those that are summed over before being the last."""
        own = tuple(index for several in axes for index in several)
        summed = tuple(range(len(own), len(own) + len(before)))
        rest = tuple(_extent(axes[at]) if extent < 0 else extent for at, extent in enumerate(shape))
        return cls(layout(factor, own + before), (rest[0], rest[1], rest[2]), summed)

    def seen(self, array: Array) -> Array:
        """The matrices."""
        if self.before:
            return self._added(array).reshape(self.shape)
        return self.layout.seen(array).reshape(self.shape)

    def _added(self, array: Array) -> Array:
        """What is summed over beforehand, added up; integers with room for that."""
        count = prod(self.layout.shape[at] for at in self.before)
        if array.dtype == np.int64 and int(np.abs(array).max(initial=0)) * count >= _FITS_INT64:
            array = array.astype(object)
        return np.asarray(self.layout.seen(array).sum(axis=self.before), dtype=array.dtype)


@dataclass(frozen=True, eq=False)
class Contraction:
    """One part of a reading, prepared: how to lay out its factors, and where its products go."""

    part: Part

    @cached_property
    def kept(self) -> tuple[Index, ...]:
        """The loop indices of the target, in the loop's order: what is not summed over at once."""
        inside = set(self.part.target.variables)
        return tuple(index for index in self.part.variables if index in inside)

    @cached_property
    def _roles(self) -> _Roles:
        first, second = (set(factor.variables) for factor in self.part.factors)
        kept = set(self.kept)
        both = [index for index in self.part.variables if index in first and index in second]
        return _Roles(
            tuple(index for index in both if index in kept),
            tuple(index for index in both if index not in kept),
            tuple(index for index in self.kept if index in first and index not in second),
            tuple(index for index in self.kept if index in second and index not in first),
            (
                tuple(index for index in self.part.variables if index in first - second - kept),
                tuple(index for index in self.part.variables if index in second - first - kept),
            ),
        )

    @cached_property
    def _matrices(self) -> tuple[_Stack, _Stack]:
        """The factors as stacks of matrices."""
        roles, (one, other) = self._roles, self.part.factors
        stack, terms = _extent(roles.both), _extent(roles.summed)
        return (
            _Stack.of(one, (roles.both, roles.first, roles.summed), roles.before[0], (stack, -1, terms)),
            _Stack.of(other, (roles.both, roles.summed, roles.second), roles.before[1], (stack, terms, -1)),
        )

    @cached_property
    def _result(self) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """From a stack of results to an axis for each kept index: split, turned, reshaped, repeated."""
        roles = self._roles
        axes = roles.both + roles.first + roles.second
        order = tuple(axes.index(index) for index in self.kept if index in axes)
        shape = tuple(index.extent if index in axes else 1 for index in self.kept)
        return tuple(index.extent for index in axes), order, shape, self._full

    @cached_property
    def _full(self) -> tuple[int, ...]:
        return tuple(index.extent for index in self.kept)

    def products(self, arrays: tuple[Array, ...], multiply: Multiply) -> Array:
        """The products of two factors, summed over what the target does not name."""
        one, other = self._matrices
        split, order, shape, full = self._result
        result = multiply(one.seen(arrays[0]), other.seen(arrays[1]))
        return _repeated(result.reshape(split).transpose(order).reshape(shape), full)

    @cached_property
    def _lone(self) -> tuple[Layout, tuple[int, ...], tuple[int, ...]]:
        """A lone factor's layout, the axes to sum over, and the shape that is left."""
        (factor,) = self.part.factors
        inside, kept = set(factor.variables), set(self.kept)
        own = tuple(index for index in self.part.variables if index in inside)
        summed = tuple(at for at, index in enumerate(own) if index not in kept)
        shape = tuple(index.extent if index in inside else 1 for index in self.kept)
        return layout(factor, own), summed, shape

    def single(self, array: Array) -> Array:
        """A lone factor, summed over what the target does not name."""
        own, summed, shape = self._lone
        values = own.seen(array)
        if summed:
            values = np.asarray(values.sum(axis=summed), dtype=array.dtype)
        return _repeated(values.reshape(shape), self._full)

    @cached_property
    def stepwise(self) -> tuple[Contraction, Contraction]:
        """Of three factors or more: the first two multiplied, and the result times the others."""
        one, other, *rest = self.part.factors
        inside = unique((*one.variables, *other.variables))
        between = Tensor("product", tuple(index.extent for index in inside))[inside]
        first = Part(between, ONE, (one, other), inside)
        return Contraction(first), Contraction(replace(self.part, factors=(between, *rest)))

    @cached_property
    def unnamed(self) -> tuple[Index, ...]:
        """The indices that neither target nor factors name: each product counts once for every value."""
        named = {index for factor in (self.part.target, *self.part.factors) for index in factor.variables}
        return tuple(index for index in self.part.variables if index not in named)

    @cached_property
    def ones(self) -> Array:
        """What a constant term adds in each place of the kept indices, in units of its coefficient."""
        summed = [index.extent for index in self.part.variables if index not in set(self.kept)]
        return np.full(self._full, prod(summed), dtype=np.int64)

    # --- where the products go -------------------------------------------------------------------

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
    def _rounds(self) -> list[tuple[Any, ...]]:
        """The parts of the products that are added one after the other."""
        axes = [self.kept.index(index) for index in self.looped]
        rounds = []
        for place in product(*(range(index.extent) for index in self.looped)):
            chosen: list[Any] = [slice(None)] * len(self.kept)
            for axis, at in zip(axes, place, strict=True):
                chosen[axis] = at
            rounds.append(tuple(chosen))
        return rounds

    @cached_property
    def _goal(self) -> Layout:
        return layout(self.part.target, self.kept)

    @cached_property
    def direct(self) -> bool:
        """Whether the kept indices are the target's own axes, one for one, and go through all of it."""
        target = self.part.target
        extents = (target.tensor.size,) if target.flat else target.tensor.shape
        own = tuple(position.alone for position in target.index)
        return own == self.kept and tuple(index.extent for index in self.kept) == extents

    def gathered(self, products: Array) -> Array:
        """The products added up where they go: an array shaped like the target's tensor."""
        tensor = self.part.target.tensor
        if self.direct:
            return products.reshape(tensor.shape)
        extents = (tensor.size,) if self.part.target.flat else tensor.shape
        room = self._goal.framed(np.zeros(extents, dtype=products.dtype))
        view = self._goal.view(room)
        for chosen in self._rounds:
            view[chosen] += products[chosen]
        return room[self._goal.inner(extents)].reshape(tensor.shape)

    @cached_property
    def most_terms(self) -> int:
        """A bound on how many products can go to one cell."""
        summed = prod(index.extent for index in self.part.variables if index not in set(self.kept))
        return summed * self.most_places

    @cached_property
    def most_places(self) -> int:
        """A bound on how many places of the kept indices can be one cell."""
        count = 1
        for position in self.part.target.index:
            # all indices of a position but one can be chosen; the last one then follows
            extents = sorted(index.extent for index, _ in position.coefficients)
            count *= prod(extents[:-1])
        return count


def _extent(axes: tuple[Index, ...]) -> int:
    return prod(index.extent for index in axes)


def _repeated(values: Array, full: tuple[int, ...]) -> Array:
    """The same product for every value of an index that the factors do not depend on."""
    return values if values.shape == full else np.broadcast_to(values, full)


def contract(contraction: Contraction, arrays: tuple[Array, ...], multiply: Multiply) -> Array:
    """Σ of the products of a part's factors, for every cell of its target; no coefficient yet."""
    if not arrays:
        return contraction.gathered(contraction.ones)
    if contraction.unnamed:
        left = tuple(index for index in contraction.part.variables if index not in contraction.unnamed)
        once = contract(Contraction(replace(contraction.part, variables=left)), arrays, multiply)
        exact = once.astype(object) if once.dtype == np.int64 else once
        return np.asarray(exact * _extent(contraction.unnamed))
    if len(arrays) == 1:
        return contraction.gathered(contraction.single(arrays[0]))
    if len(arrays) > 2:
        first, rest = contraction.stepwise
        return contract(rest, (contract(first, arrays[:2], multiply), *arrays[2:]), multiply)
    return contraction.gathered(contraction.products(arrays, multiply))
