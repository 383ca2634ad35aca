"""Reshape: the same reading order in another shape."""

from __future__ import annotations

from walkthrough.witnesses.vectorised.arrays import rearranged
from walkthrough.witnesses.vectorised.box import Numbers
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """The shape asked for."""
    shape = tuple(stage.options["shape"])
    return rearranged(stage.x, lambda array: array.reshape(len(array), *shape))


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The gradient folded back to the input's shape."""
    shape = stage.x.shape
    return {"x": rearranged(gradient, lambda array: array.reshape(shape))}
