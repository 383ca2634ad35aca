"""Softplus, from e^(−|z|), which cannot overflow; its slope is the sigmoid."""

from __future__ import annotations

import numpy as np

from walkthrough.witnesses.vectorised.arrays import chosen, entries, rearranged
from walkthrough.witnesses.vectorised.box import Box, Numbers
from walkthrough.witnesses.vectorised.decimals import GUARD, exponential, logarithm
from walkthrough.witnesses.vectorised.layers.sigmoid import lesser_part
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """ln(1 + e^z), entry by entry."""
    return softplus(stage.x, stage.digits)


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The gradient times σ(z)."""
    lesser = lesser_part(stage.x, stage.digits)
    return {"x": gradient * chosen(entries(stage.x) > 0, 1 - lesser, lesser)}


def softplus(z: Numbers, digits: int) -> Numbers:
    """ln(1 + e^z) = max(z, 0) + ln(1 + e^(−|z|))."""
    positive = chosen(entries(z) > 0, z, rearranged(z, np.zeros_like))
    vanishing = exponential(rearranged(z, lambda array: -np.abs(array)), digits + GUARD)
    if not isinstance(vanishing, Box):
        return positive + np.log1p(vanishing)
    return positive + logarithm(1 + vanishing, np.ones(vanishing.shape, dtype=bool), digits)
