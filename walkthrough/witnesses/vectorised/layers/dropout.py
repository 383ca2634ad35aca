"""Dropout: x ⊙ mask/(1 − p), and so does the gradient."""

from __future__ import annotations

from fractions import Fraction

from walkthrough.witnesses.vectorised.box import Numbers, scaled
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """What is kept, scaled up."""
    return _kept(stage, stage.x)


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The gradient through what was kept."""
    return {"x": _kept(stage, gradient)}


def _kept(stage: WitnessedStage[Numbers], of: Numbers) -> Numbers:
    return scaled(of * stage.parameters["mask"], 1 / (1 - Fraction(stage.options["p"])))
