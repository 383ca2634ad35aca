"""Batch normalisation with given statistics: x̂ = (x − μ)/√(σ² + ε), z = γ·x̂ + β, channel by channel."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from walkthrough.witnesses.vectorised.arrays import rearranged, summed
from walkthrough.witnesses.vectorised.box import Box, Numbers
from walkthrough.witnesses.vectorised.decimals import quotient, square_root
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """Normalised, scaled and shifted."""
    return _of(stage, "gamma") * _normalised(stage) + _of(stage, "beta")


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """∂X = γ·∂Z/√(σ² + ε), ∂γ = Σ ∂Z·x̂, ∂β = Σ ∂Z over a channel's places."""
    return {
        "x": quotient(_of(stage, "gamma") * gradient, _deviation(stage), stage.digits),
        "gamma": summed(gradient * _normalised(stage), (0, 2, 3)),
        "beta": summed(gradient, (0, 2, 3)),
    }


def _normalised(stage: WitnessedStage[Numbers]) -> Numbers:
    return quotient(stage.x - _of(stage, "mean"), _deviation(stage), stage.digits)


def _deviation(stage: WitnessedStage[Numbers]) -> Numbers:
    """√(σ² + ε), as large as the input."""
    variance, epsilon = stage.parameters["variance"], Fraction(stage.options["epsilon"])
    if isinstance(variance, Box):
        root = square_root(
            variance + Box.of([epsilon] * variance.numerators.size, variance.shape), stage.digits
        )
    else:
        root = np.sqrt(variance + float(epsilon))
    return _spread(stage, root)


def _of(stage: WitnessedStage[Numbers], role: str) -> Numbers:
    return _spread(stage, stage.parameters[role])


def _spread(stage: WitnessedStage[Numbers], of: Numbers) -> Numbers:
    """A number for each channel, in each of its places."""
    return rearranged(of, lambda array: np.broadcast_to(array[:, None, None], stage.x.shape))
