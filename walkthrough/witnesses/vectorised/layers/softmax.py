"""Softmax, with the largest input taken off first; ∂z = p ⊙ (g − g·p)."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import numpy as np

from walkthrough.witnesses.vectorised.arrays import chosen, entries, rearranged, summed
from walkthrough.witnesses.vectorised.box import Box, Numbers, scaled
from walkthrough.witnesses.vectorised.decimals import exponential, ratio
from walkthrough.witnesses.vectorised.stage import Stage


def shares(z: Numbers, digits: int) -> Numbers:
    """e^z as shares of their sum; the largest is what the others leave, so that 1 − p keeps its digits."""
    below = rearranged(z, lambda array: array - array.max())
    if isinstance(below, Box) and not below.numerators.any():
        ones = Box(np.full(below.shape, 1, dtype=object))  # equal inputs share equally, exactly
        return scaled(ones, Fraction(1, prod(below.shape)))
    powers = exponential(below, digits)
    everything = rearranged(summed(powers), lambda total: np.broadcast_to(total, below.shape))
    parts = ratio(powers, everything, digits)
    if not isinstance(parts, Box):
        return parts
    largest = np.arange(parts.numerators.size) == int(np.argmax(entries(z)))
    others = chosen(largest, 0 * parts, parts)
    return chosen(largest, 1 - summed(others), parts)


def forward(stage: Stage[Numbers]) -> Numbers:
    """The shares."""
    return shares(stage.x, stage.digits)


def backward(stage: Stage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The Jacobian diag(p) − p·pᵀ times the gradient."""
    p = shares(stage.x, stage.digits) if stage.y is None else stage.y
    return {"x": p * (gradient - summed(gradient * p))}
