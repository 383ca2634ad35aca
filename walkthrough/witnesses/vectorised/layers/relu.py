"""ReLU: where(z > 0, z, 0); the gradient passes where z > 0."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from walkthrough.witnesses.vectorised.arrays import chosen, entries, rearranged
from walkthrough.witnesses.vectorised.box import Numbers, scaled
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """What is positive, else 0."""
    return chosen(entries(stage.x) > 0, stage.x, _zeros(stage.x))


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The gradient where the input is positive; at exactly 0 the convention's share of it."""
    slope = Fraction(stage.options.get("relu_at_zero", 0))
    # chosen, not multiplied by 0: that would give −0.0
    otherwise = _zeros(gradient)
    if slope:
        otherwise = chosen(entries(stage.x) == 0, scaled(gradient, slope), otherwise)
    return {"x": chosen(entries(stage.x) > 0, gradient, otherwise)}


def _zeros(like: Numbers) -> Numbers:
    return rearranged(like, np.zeros_like)
