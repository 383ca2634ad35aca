"""Upsampling: every entry repeated along rows and columns; the gradient summed block by block."""

from __future__ import annotations

from walkthrough.witnesses.vectorised.arrays import Array, rearranged
from walkthrough.witnesses.vectorised.box import Numbers
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """The nearest entry."""
    down, across = stage.options["factor"]
    return rearranged(stage.x, lambda x: x.repeat(down, axis=2).repeat(across, axis=3))


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The sum over each entry's block."""
    (down, across), (*outer, rows, columns) = stage.options["factor"], stage.x.shape

    def summed(slopes: Array) -> Array:
        total: Array = slopes.reshape(*outer, rows, down, columns, across).sum(axis=(-3, -1))
        return total

    return {"x": rearranged(gradient, summed)}
