"""Dense: z = W·x + b, ∂W = Σ ∂z ⊗ x, ∂b = Σ ∂z over the samples, ∂x = Wᵀ·∂z."""

from __future__ import annotations

import numpy as np

from walkthrough.witnesses.vectorised.arrays import Array, multiplied, rearranged, summed_samples
from walkthrough.witnesses.vectorised.box import Numbers
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """Each flattened input times the matrix, plus the bias."""
    z = multiplied(_weight(stage), stage.x, lambda w, x: np.dot(_rows(x), w.T))
    return z + stage.parameters["bias"] if "bias" in stage.parameters else z


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The gradients of input, weight and bias."""
    shape = stage.x.shape
    gradients = {"weight": multiplied(gradient, stage.x, lambda g, x: np.dot(g.T, _rows(x)))}
    if stage.carried:
        carried = multiplied(_weight(stage), gradient, lambda w, g: np.dot(g, w))
        gradients["x"] = rearranged(carried, lambda array: array.reshape(shape))
    if _by_input(stage):
        gradients["weight"] = rearranged(gradients["weight"], np.transpose)
    if "bias" in stage.parameters:
        gradients["bias"] = summed_samples(gradient)
    return gradients


def _by_input(stage: WitnessedStage[Numbers]) -> bool:
    return bool(stage.options.get("layout") == "input-output")


def _rows(x: Array) -> Array:
    """A row for each sample."""
    return x.reshape(len(x), -1)


def _weight(stage: WitnessedStage[Numbers]) -> Numbers:
    """A row for each output."""
    weight = stage.parameters["weight"]
    return rearranged(weight, np.transpose) if _by_input(stage) else weight
