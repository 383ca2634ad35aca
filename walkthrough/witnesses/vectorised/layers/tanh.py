"""Tanh, from the sigmoid: |tanh z| = 1 − 2·(1 − σ(2|z|))."""

from __future__ import annotations

import numpy as np

from walkthrough.witnesses.vectorised.arrays import chosen, entries
from walkthrough.witnesses.vectorised.box import Box, Numbers
from walkthrough.witnesses.vectorised.layers.sigmoid import lesser_part
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """tanh z, entry by entry."""
    x = stage.x
    if not isinstance(x, Box):
        return np.tanh(x)
    size = 1 - 2 * lesser_part(2 * x, stage.digits + _leading_zeros(x))
    return chosen(entries(x) > 0, size, -size)


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The gradient times 1 − tanh² z, which is 4·σ(2z)·(1 − σ(2z))."""
    if stage.y is not None:
        return {"x": gradient * (1 - stage.y * stage.y)}
    lesser = lesser_part(2 * stage.x, stage.digits)
    return {"x": gradient * (4 * (lesser * (1 - lesser)))}


def _leading_zeros(x: Box) -> int:
    """How many decimals of 1 − 2·(…) are lost where x is small."""
    smallest = min((abs(each) for each in x.numerators.ravel().tolist() if each), default=x.denominator)
    return max(0, x.denominator.bit_length() - smallest.bit_length() + 1)
