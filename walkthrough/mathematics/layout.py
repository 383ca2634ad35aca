"""Where an entry's cells lie in an array, with an axis for each loop index: found once, used often."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import as_strided

from walkthrough.mathematics.notation import Entry, Index

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Layout:
    """How to see an entry's cells along loop indices.

    `order` is given where every position is a loop index of its own: turning the axes is enough.
    Otherwise `before` and `after` say how far the entry reaches beyond the array, `offset` where the
    first cell lies in the framed array (in reading order), and `strides` how far an index moves there.
    """

    flat: bool
    shape: tuple[int, ...]
    order: tuple[int, ...] | None
    before: tuple[int, ...]
    after: tuple[int, ...]
    offset: int
    strides: tuple[int, ...]

    def seen(self, array: Array, fill: Any = 0) -> Array:
        """The cells, with `fill` where the entry reaches beyond the array."""
        if self.flat:
            array = array.reshape(-1)
        if self.order is not None:
            return array.transpose(self.order).reshape(self.shape)
        return self.view(self.framed(array, fill))

    def framed(self, array: Array, fill: Any = 0) -> Array:
        """The array with `fill` around it, as far as the entry reaches."""
        if not self.beyond:
            return array
        # np.pad would put np.int64(0) among Python integers, and sums would then overflow silently
        extents = zip(self.before, array.shape, self.after, strict=True)
        room = np.full([a + n + b for a, n, b in extents], fill, dtype=array.dtype)
        room[self.inner(array.shape)] = array
        return room

    @property
    def beyond(self) -> bool:
        """Whether the entry reaches beyond the array."""
        return any(self.before) or any(self.after)

    def inner(self, shape: tuple[int, ...]) -> tuple[slice, ...]:
        """Where the array lies in its frame."""
        return tuple(slice(a, a + n) for a, n in zip(self.before, shape, strict=True))

    def view(self, room: Array) -> Array:
        """The cells of a framed array, not copied: what is added to the view is added there."""
        room = np.ascontiguousarray(room)
        strides = tuple(step * room.itemsize for step in self.strides)
        if room.dtype != object:
            return np.ndarray(self.shape, room.dtype, room, self.offset * room.itemsize, strides)
        corner = room.reshape(-1)[self.offset :]
        return as_strided(corner, shape=self.shape, strides=strides)


@lru_cache(maxsize=10_000)
def layout(entry: Entry, variables: tuple[Index, ...]) -> Layout:
    """The layout of an entry along these loop indices (of extent 1 where it does not depend on one)."""
    extents = (entry.tensor.size,) if entry.flat else entry.tensor.shape
    own = [position.alone for position in entry.index]
    inside = set(entry.variables)
    shape = tuple(index.extent if index in inside else 1 for index in variables)
    order = None
    if all(own) and len(set(own)) == len(own) and [i.extent for i in own if i] == list(extents):
        order = tuple(own.index(index) for index in variables if index in inside)
    spans = [position.span for position in entry.index]
    before = tuple(max(0, -low) for low, _ in spans)
    after = tuple(max(0, high - extent + 1) for (_, high), extent in zip(spans, extents, strict=True))
    room = [a + n + b for a, n, b in zip(before, extents, after, strict=True)]
    offset, strides, along = 0, dict.fromkeys(variables, 0), 1
    for position, at, extent in zip(reversed(entry.index), reversed(before), reversed(room), strict=True):
        offset += (at + position.constant) * along
        for index, coefficient in position.coefficients:
            strides[index] += coefficient * along
        along *= extent
    return Layout(entry.flat, shape, order, before, after, offset, tuple(strides.values()))
