"""Convolution: z = X ⋆ K, ∂K = X ⋆ ∂Z, ∂X = padded ∂Z ⋆ K turned by 180°, group by group."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from walkthrough.witnesses.vectorised.arrays import (
    Array,
    Pair,
    dilated,
    framed,
    multiplied,
    padded,
    rearranged,
    sides,
    summed,
    windows,
)
from walkthrough.witnesses.vectorised.box import Numbers
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """Windows times kernel, plus the bias."""

    def correlated(image: Array, kernel: Array) -> Array:
        parts = windows(framed(image, _frame(stage)), kernel.shape[2:], stage.options["stride"])
        return np.tensordot(kernel, parts, axes=([1, 2, 3], [1, 4, 5])).swapaxes(0, 1)

    z = multiplied(stage.x, _laid_on(stage), _in_groups(stage, correlated, (1, 0, 1)))
    if "bias" not in stage.parameters:
        return z
    bias = stage.parameters["bias"]
    if len(bias.shape) == 1:  # one number for each filter
        bias = rearranged(bias, lambda array: array[:, None, None])
    return z + bias


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The gradients of input, kernel and bias."""
    gradients = {"kernel": _kernel_gradient(stage, gradient)}
    if stage.carried:
        gradients["x"] = _input_gradient(stage, gradient)
    if "bias" in stage.parameters:
        tied = len(stage.parameters["bias"].shape) == 1
        gradients["bias"] = summed(gradient, (0, 2, 3) if tied else (0,))
    return gradients


def _in_groups(
    stage: WitnessedStage[Numbers], how: Callable[[Array, Array], Array], axes: tuple[int, int, int]
) -> Callable[[Array, Array], Array]:
    """What is done with each group's channels and filters, the results one after the other.

    `axes` are those of the channels or filters: in the first, in the second, in what comes of them.
    """
    groups = stage.options.get("groups", 1)
    one, other, result = axes

    def each(first: Array, second: Array) -> Array:
        pairs = zip(np.split(first, groups, one), np.split(second, groups, other), strict=True)
        return np.concatenate([how(*pair) for pair in pairs], result)

    return how if groups == 1 else each


def _turned(kernel: Array) -> Array:
    return kernel[:, :, ::-1, ::-1]


def _dilation(stage: WitnessedStage[Numbers]) -> Pair:
    dilation: Pair = stage.options.get("dilation", (1, 1))
    return dilation


def _frame(stage: WitnessedStage[Numbers]) -> tuple[Pair, Pair]:
    rows, columns = stage.parameters["kernel"].shape[2:]
    down, across = _dilation(stage)
    return sides(stage.options["padding"], ((rows - 1) * down + 1, (columns - 1) * across + 1))


def _laid_on(stage: WitnessedStage[Numbers]) -> Numbers:
    """The kernel as it lies on the image, with zeros where its dilation passes over entries."""
    kernel = rearranged(stage.parameters["kernel"], lambda array: dilated(array, _dilation(stage)))
    return rearranged(kernel, _turned) if stage.options["flip"] else kernel


def _kernel_gradient(stage: WitnessedStage[Numbers], gradient: Numbers) -> Numbers:
    """X ⋆ ∂Z, with ∂Z dilated by the stride (the zeros of the dilation are stepped over)."""
    (down, across), frame = stage.options["stride"], _frame(stage)
    apart = _dilation(stage)
    rows, columns = ((part - 1) * d + 1 for part, d in zip(_kernel_size(stage), apart, strict=True))

    def correlated(image: Array, slopes: Array) -> Array:
        size = ((slopes.shape[2] - 1) * down + 1, (slopes.shape[3] - 1) * across + 1)
        # where the stride does not fill the image, windows beyond the kernel's size are not the kernel's
        parts = windows(framed(image, frame), size)[:, :, :rows, :columns, ::down, ::across]
        return np.tensordot(slopes, parts[:, :, :: apart[0], :: apart[1]], axes=([0, 2, 3], [0, 4, 5]))

    found = multiplied(stage.x, gradient, _in_groups(stage, correlated, (1, 1, 0)))
    return rearranged(found, _turned) if stage.options["flip"] else found


def _kernel_size(stage: WitnessedStage[Numbers]) -> Pair:
    rows, columns = stage.parameters["kernel"].shape[2:]
    return rows, columns


def _input_gradient(stage: WitnessedStage[Numbers], gradient: Numbers) -> Numbers:
    """∂Z, dilated and padded, ⋆ the kernel turned by 180°, without the padding of the image."""
    stride, ((top, bottom), (left, right)) = stage.options["stride"], _frame(stage)
    *_, height, width = stage.x.shape

    def correlated(slopes: Array, kernel: Array) -> Array:
        rows, columns = kernel.shape[2:]
        spread = dilated(slopes, stride)
        # rows that no window reached, where the stride does not fill the image, get zeros
        below = height + top + bottom - spread.shape[2]
        beside = width + left + right - spread.shape[3]
        room = padded(spread, ((0, 0), (0, 0), (rows - 1, below), (columns - 1, beside)))
        parts = windows(room, (rows, columns))[:, :, top : top + height, left : left + width]
        return np.tensordot(_turned(kernel), parts, axes=([0, 2, 3], [1, 4, 5])).swapaxes(0, 1)

    return multiplied(gradient, _laid_on(stage), _in_groups(stage, correlated, (1, 0, 1)))
