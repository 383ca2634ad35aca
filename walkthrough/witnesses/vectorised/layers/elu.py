"""ELU: where(z > 0, z, α·(e^z − 1)); the gradient passes whole or times α·e^z."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from walkthrough.witnesses.vectorised.arrays import chosen, entries, rearranged
from walkthrough.witnesses.vectorised.box import Numbers, scaled
from walkthrough.witnesses.vectorised.decimals import exponential
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """What is positive, else α·(e^z − 1)."""
    return chosen(entries(stage.x) > 0, stage.x, scaled(_power(stage) - 1, _alpha(stage)))


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The gradient where the input is positive, else times α·e^z; at exactly 0 one between."""
    alpha, share = _alpha(stage), Fraction(stage.options.get("relu_at_zero", 0))
    closed = scaled(gradient * _power(stage), alpha)
    below = chosen(entries(stage.x) == 0, scaled(gradient, (1 - share) * alpha + share), closed)
    return {"x": chosen(entries(stage.x) > 0, gradient, below)}


def _power(stage: WitnessedStage[Numbers]) -> Numbers:
    """e^z where z is negative, else 1."""
    return exponential(rearranged(stage.x, lambda x: np.where(x < 0, x, 0 * x)), stage.digits)


def _alpha(stage: WitnessedStage[Numbers]) -> Fraction:
    return Fraction(stage.options["alpha"])
