"""Leaky ReLU: where(z > 0, z, slope·z); the gradient passes whole or in that share."""

from __future__ import annotations

from fractions import Fraction

from walkthrough.witnesses.vectorised.arrays import chosen, entries
from walkthrough.witnesses.vectorised.box import Numbers, scaled
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """What is positive, else a share of it."""
    return chosen(entries(stage.x) > 0, stage.x, scaled(stage.x, _slope(stage)))


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The gradient where the input is positive, else a share; at exactly 0 one between."""
    slope, share = _slope(stage), Fraction(stage.options.get("relu_at_zero", 0))
    closed = scaled(gradient, slope)
    kink = scaled(gradient, (1 - share) * slope + share)
    below = chosen(entries(stage.x) == 0, kink, closed)
    return {"x": chosen(entries(stage.x) > 0, gradient, below)}


def _slope(stage: WitnessedStage[Numbers]) -> Fraction:
    return Fraction(stage.options["slope"])
