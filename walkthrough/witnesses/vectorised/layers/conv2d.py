"""Convolution: z = X ⋆ K, ∂K = X ⋆ ∂Z, ∂X = padded ∂Z ⋆ K turned by 180°."""

from __future__ import annotations

import numpy as np

from walkthrough.witnesses.vectorised.arrays import (
    Array,
    dilated,
    framed,
    multiplied,
    padded,
    rearranged,
    summed,
    windows,
)
from walkthrough.witnesses.vectorised.box import Numbers
from walkthrough.witnesses.vectorised.stage import Stage


def forward(stage: Stage[Numbers]) -> Numbers:
    """Windows times kernel, plus the bias."""
    stride, padding = stage.options["stride"], stage.options["padding"]

    def correlated(image: Array, kernel: Array) -> Array:
        parts = windows(framed(image, padding), kernel.shape[2:], stride)
        return np.tensordot(kernel, parts, axes=([1, 2, 3], [0, 3, 4]))

    z = multiplied(stage.x, _laid_on(stage), correlated)
    if "bias" not in stage.parameters:
        return z
    bias = stage.parameters["bias"]
    if len(bias.shape) == 1:  # one number for each filter
        bias = rearranged(bias, lambda array: array[:, None, None])
    return z + bias


def backward(stage: Stage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The gradients of input, kernel and bias."""
    gradients = {"x": _input_gradient(stage, gradient), "kernel": _kernel_gradient(stage, gradient)}
    if "bias" in stage.parameters:
        tied = len(stage.parameters["bias"].shape) == 1
        gradients["bias"] = summed(gradient, (1, 2)) if tied else gradient
    return gradients


def _turned(kernel: Array) -> Array:
    return kernel[:, :, ::-1, ::-1]


def _laid_on(stage: Stage[Numbers]) -> Numbers:
    """The kernel as it lies on the image."""
    kernel = stage.parameters["kernel"]
    return rearranged(kernel, _turned) if stage.options["flip"] else kernel


def _kernel_gradient(stage: Stage[Numbers], gradient: Numbers) -> Numbers:
    """X ⋆ ∂Z, with ∂Z dilated by the stride (the zeros of the dilation are stepped over)."""
    (down, across), padding = stage.options["stride"], stage.options["padding"]
    rows, columns = stage.parameters["kernel"].shape[2:]

    def correlated(image: Array, slopes: Array) -> Array:
        size = ((slopes.shape[1] - 1) * down + 1, (slopes.shape[2] - 1) * across + 1)
        # where the stride does not fill the image, windows beyond the kernel's size are not the kernel's
        parts = windows(framed(image, padding), size)[:, :rows, :columns, ::down, ::across]
        return np.tensordot(slopes, parts, axes=([1, 2], [3, 4]))

    found = multiplied(stage.x, gradient, correlated)
    return rearranged(found, _turned) if stage.options["flip"] else found


def _input_gradient(stage: Stage[Numbers], gradient: Numbers) -> Numbers:
    """∂Z, dilated and padded, ⋆ the kernel turned by 180°, without the padding of the image."""
    stride, (top, left) = stage.options["stride"], stage.options["padding"]
    _, height, width = stage.x.shape

    def correlated(slopes: Array, kernel: Array) -> Array:
        rows, columns = kernel.shape[2:]
        spread = dilated(slopes, stride)
        # rows that no window reached, where the stride does not fill the image, get zeros
        below = height + 2 * top - spread.shape[1]
        beside = width + 2 * left - spread.shape[2]
        room = padded(spread, ((0, 0), (rows - 1, below), (columns - 1, beside)))
        parts = windows(room, (rows, columns))[:, top : top + height, left : left + width]
        return np.tensordot(_turned(kernel), parts, axes=([0, 2, 3], [0, 3, 4]))

    return multiplied(gradient, _laid_on(stage), correlated)
