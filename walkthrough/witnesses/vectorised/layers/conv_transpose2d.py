"""Transposed convolution: what a convolution's input gradient is, taken forwards; and the reverse."""

from __future__ import annotations

import numpy as np

from walkthrough.witnesses.vectorised.arrays import (
    Array,
    dilated,
    multiplied,
    padded,
    rearranged,
    summed,
    windows,
)
from walkthrough.witnesses.vectorised.box import Numbers
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """X, dilated by the stride and padded, ⋆ the kernel turned by 180°; cut, and the bias added."""
    (top, left), (below, beside) = stage.options["padding"], stage.options["output_padding"]

    def laid(image: Array, kernel: Array) -> Array:
        rows, columns = kernel.shape[2:]
        spread = dilated(image, stage.options["stride"])
        room = padded(
            spread, ((0, 0), (0, 0), (rows - 1, rows - 1 + below), (columns - 1, columns - 1 + beside))
        )
        parts = windows(room, (rows, columns))
        full = np.tensordot(kernel[:, :, ::-1, ::-1], parts, axes=([0, 2, 3], [1, 4, 5])).swapaxes(0, 1)
        return full[:, :, top : full.shape[2] - top, left : full.shape[3] - left]

    z = multiplied(stage.x, stage.parameters["kernel"], laid)
    if "bias" not in stage.parameters:
        return z
    bias = stage.parameters["bias"]
    return z + (rearranged(bias, lambda array: array[:, None, None]) if len(bias.shape) == 1 else bias)


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """∂X = padded ∂Z ⋆ K; ∂K[c,f] = padded ∂Z[f] ⋆ X[c], in steps of the stride."""
    stride, (top, left) = stage.options["stride"], stage.options["padding"]
    *_, height, width = stage.x.shape
    rows, columns = stage.parameters["kernel"].shape[2:]

    def seen(slopes: Array) -> Array:
        """Sample × filter × input row × input column × kernel row × kernel column."""
        framed = padded(slopes, ((0, 0), (0, 0), (top, top), (left, left)))
        return windows(framed, (rows, columns), stride)[:, :, :height, :width]

    gradients = {
        "x": multiplied(
            gradient,
            stage.parameters["kernel"],
            lambda slopes, kernel: np.tensordot(kernel, seen(slopes), axes=([1, 2, 3], [1, 4, 5])).swapaxes(
                0, 1
            ),
        ),
        "kernel": multiplied(
            stage.x,
            gradient,
            lambda image, slopes: np.tensordot(image, seen(slopes), axes=([0, 2, 3], [0, 2, 3])),
        ),
    }
    if "bias" in stage.parameters:
        tied = len(stage.parameters["bias"].shape) == 1
        gradients["bias"] = summed(gradient, (0, 2, 3) if tied else (0,))
    return gradients
