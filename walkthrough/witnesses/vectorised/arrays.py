"""Pieces that closed forms are made of: padding, windows, dilation, contraction.

All of them rearrange or multiply entries, so they hold alike for float64 and for exact boxes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from walkthrough.witnesses.vectorised.box import Box, Numbers

Array: TypeAlias = NDArray[Any]
Pair: TypeAlias = tuple[int, int]


def rearranged(x: Numbers, how: Callable[[Array], Array]) -> Numbers:
    """The same numbers (or sums of them) in another arrangement."""
    if isinstance(x, Box):
        return Box(how(x.numerators), x.denominator)
    return how(x)


def multiplied(x: Numbers, y: Numbers, how: Callable[[Array, Array], Array]) -> Numbers:
    """Sums of products of an entry of x and an entry of y."""
    if isinstance(x, Box):
        return Box(how(x.numerators, y.numerators), x.denominator * y.denominator)
    return how(x, y)


def entries(x: Numbers) -> Array:
    """What decides which entry is larger, and whether it is positive: the numerators of a box."""
    return x.numerators if isinstance(x, Box) else x


def chosen(where: NDArray[np.bool_], x: Numbers, otherwise: Numbers) -> Numbers:
    """Entries of x where the condition holds, else of the other."""
    if isinstance(x, Box):
        common = x.denominator * otherwise.denominator
        return Box(np.where(where, x.over(common), otherwise.over(common)), common)
    return np.where(where, x, otherwise)


def summed(x: Numbers, axes: tuple[int, ...] | None = None) -> Numbers:
    """Sums over some axes, or over all."""
    return rearranged(x, lambda array: np.asarray(array.sum(axis=axes)))


def padded(array: Array, by: Sequence[Pair], filler: Any = 0) -> Array:
    """Filler before and after, on every axis.

    Not np.pad: that puts NumPy's own integers into an array of Python ints, and those overflow.
    """
    sizes = [before + size + after for size, (before, after) in zip(array.shape, by, strict=True)]
    out = np.empty(sizes, dtype=array.dtype)
    out.fill(filler)
    inner = [slice(before, before + size) for size, (before, _) in zip(array.shape, by, strict=True)]
    out[tuple(inner)] = array
    return out


def framed(image: Array, padding: Pair, filler: Any = 0) -> Array:
    """Channel × row × column with the same padding on opposite sides."""
    (rows, columns) = padding
    return padded(image, ((0, 0), (rows, rows), (columns, columns)), filler)


def windows(image: Array, size: Pair, stride: Pair = (1, 1)) -> Array:
    """Every window of an image: channel × window row × window column × row × column within it."""
    return sliding_window_view(image, size, axis=(1, 2))[:, :: stride[0], :: stride[1]]


def dilated(image: Array, stride: Pair) -> Array:
    """Zeros between the entries, so that a stride of 1 walks over it as the stride did."""
    channels, rows, columns = image.shape
    out = np.empty((channels, (rows - 1) * stride[0] + 1, (columns - 1) * stride[1] + 1), image.dtype)
    out.fill(0)
    out[:, :: stride[0], :: stride[1]] = image
    return out


def laid_back(shares: Array, shape: tuple[int, ...], stride: Pair, padding: Pair) -> Array:
    """What windows give back to the image (`shape`), added up where they overlap; padding is cut off."""
    _, down, across, rows, columns = shares.shape
    channels, height, width = shape
    out = np.empty((channels, height + 2 * padding[0], width + 2 * padding[1]), shares.dtype)
    out.fill(0)
    for p in range(rows):
        for q in range(columns):
            out[:, p : p + stride[0] * down : stride[0], q : q + stride[1] * across : stride[1]] += shares[
                :, :, :, p, q
            ]
    return out[:, padding[0] : padding[0] + height, padding[1] : padding[1] + width]
