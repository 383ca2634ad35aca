"""Upsampling: every entry repeated along rows and columns; the gradient summed block by block."""

from __future__ import annotations

from walkthrough.witnesses.vectorised.arrays import Array, rearranged
from walkthrough.witnesses.vectorised.box import Numbers
from walkthrough.witnesses.vectorised.stage import Stage


def forward(stage: Stage[Numbers]) -> Numbers:
    """The nearest entry."""
    down, across = stage.options["factor"]
    return rearranged(stage.x, lambda x: x.repeat(down, axis=1).repeat(across, axis=2))


def backward(stage: Stage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The sum over each entry's block."""
    (down, across), (channels, rows, columns) = stage.options["factor"], stage.x.shape

    def summed(slopes: Array) -> Array:
        total: Array = slopes.reshape(channels, rows, down, columns, across).sum(axis=(2, 4))
        return total

    return {"x": rearranged(gradient, summed)}
