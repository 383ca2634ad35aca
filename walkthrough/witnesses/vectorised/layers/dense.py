"""Dense: z = W·x + b, ∂W = ∂z ⊗ x, ∂b = ∂z, ∂x = Wᵀ·∂z."""

from __future__ import annotations

import numpy as np

from walkthrough.witnesses.vectorised.arrays import multiplied, rearranged
from walkthrough.witnesses.vectorised.box import Numbers
from walkthrough.witnesses.vectorised.stage import Stage


def forward(stage: Stage[Numbers]) -> Numbers:
    """Matrix times flattened input, plus the bias."""
    z = multiplied(_weight(stage), stage.x, lambda w, x: np.dot(w, x.ravel()))
    return z + stage.parameters["bias"] if "bias" in stage.parameters else z


def backward(stage: Stage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The gradients of input, weight and bias."""
    shape = stage.x.shape
    carried = multiplied(_weight(stage), gradient, lambda w, g: np.dot(w.T, g))
    gradients = {
        "x": rearranged(carried, lambda array: array.reshape(shape)),
        "weight": multiplied(gradient, stage.x, lambda g, x: np.multiply.outer(g, x.ravel())),
    }
    if _by_input(stage):
        gradients["weight"] = rearranged(gradients["weight"], np.transpose)
    if "bias" in stage.parameters:
        gradients["bias"] = gradient
    return gradients


def _by_input(stage: Stage[Numbers]) -> bool:
    return bool(stage.options.get("layout") == "input-output")


def _weight(stage: Stage[Numbers]) -> Numbers:
    """A row for each output."""
    weight = stage.parameters["weight"]
    return rearranged(weight, np.transpose) if _by_input(stage) else weight
