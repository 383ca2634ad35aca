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


def summed(x: Numbers, axes: tuple[int, ...]) -> Numbers:
    """Sums over some axes."""
    return rearranged(x, lambda array: np.asarray(array.sum(axis=axes)))


def summed_samples(x: Numbers) -> Numbers:
    """The sum over the samples, which are the first axis."""
    return summed(x, (0,))


def summed_outputs(x: Numbers) -> Numbers:
    """One sum for each sample of samples × outputs."""
    return summed(x, (1,))


def spread(of: Numbers, like: Numbers) -> Numbers:
    """One number for each sample, in each of its places."""
    shape = like.shape
    each = (-1,) + (1,) * (len(shape) - 1)
    return rearranged(of, lambda array: np.broadcast_to(array.reshape(each), shape))


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


def sides(padding: Any, reach: Pair) -> tuple[Pair, Pair]:
    """Padding above and below, left and right: [rows, columns], [top, bottom, left, right] or "same".

    "same" keeps the size for windows of this reach; of an odd frame the larger half is below and right.
    """
    if padding == "same":
        return ((reach[0] - 1) // 2, reach[0] // 2), ((reach[1] - 1) // 2, reach[1] // 2)
    if len(padding) == 4:
        top, bottom, left, right = padding
        return (top, bottom), (left, right)
    rows, columns = padding
    return (rows, rows), (columns, columns)


def framed(image: Array, frame: tuple[Pair, Pair], filler: Any = 0) -> Array:
    """Images (… × row × column) with padding on their four sides."""
    if not any(map(any, frame)):
        return image
    return padded(image, (*((0, 0) for _ in image.shape[2:]), *frame), filler)


def windows(image: Array, size: Pair, stride: Pair = (1, 1)) -> Array:
    """Every window of images: … × window row × window column × row × column within it."""
    return sliding_window_view(image, size, axis=(-2, -1))[..., :: stride[0], :: stride[1], :, :]


def dilated(image: Array, by: Pair) -> Array:
    """Zeros between the entries along the last two axes: steps of 1 walk over it as steps of `by` did."""
    if by == (1, 1):
        return image
    *outer, rows, columns = image.shape
    out = np.empty((*outer, (rows - 1) * by[0] + 1, (columns - 1) * by[1] + 1), image.dtype)
    out.fill(0)
    out[..., :: by[0], :: by[1]] = image
    return out


def laid_back(shares: Array, shape: tuple[int, ...], stride: Pair, frame: tuple[Pair, Pair]) -> Array:
    """What windows give back to the image (`shape`), added up where they overlap; padding is cut off."""
    *_, down, across, rows, columns = shares.shape
    *outer, height, width = shape
    (top, bottom), (left, right) = frame
    out = np.empty((*outer, height + top + bottom, width + left + right), shares.dtype)
    out.fill(0)
    for p in range(rows):
        for q in range(columns):
            beneath = out[..., p : p + stride[0] * down : stride[0], q : q + stride[1] * across : stride[1]]
            beneath += shares[..., p, q]
    return out[..., top : top + height, left : left + width]
