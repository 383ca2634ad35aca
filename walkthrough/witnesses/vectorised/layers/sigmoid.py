"""Sigmoid, from e^(−|z|), so that neither σ(z) nor 1 − σ(z) loses its digits."""

from __future__ import annotations

import numpy as np

from walkthrough.witnesses.vectorised.arrays import chosen, entries, rearranged
from walkthrough.witnesses.vectorised.box import Numbers
from walkthrough.witnesses.vectorised.decimals import exponential, ratio
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def lesser_part(z: Numbers, digits: int) -> Numbers:
    """The smaller one of σ(z) and 1 − σ(z): e^(−|z|) / (1 + e^(−|z|))."""
    vanishing = exponential(rearranged(z, lambda array: -np.abs(array)), digits)
    return ratio(vanishing, 1 + vanishing, digits)


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """σ(z) = 1/(1 + e^(−z)), entry by entry."""
    lesser = lesser_part(stage.x, stage.digits)
    return chosen(entries(stage.x) > 0, 1 - lesser, lesser)


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The gradient times σ(z)·(1 − σ(z))."""
    share = lesser_part(stage.x, stage.digits) if stage.y is None else stage.y
    return {"x": gradient * (share * (1 - share))}
