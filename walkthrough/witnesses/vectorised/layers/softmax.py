"""Softmax, with the largest input taken off first; ∂z = p ⊙ (g − g·p)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from walkthrough.witnesses.vectorised.arrays import chosen, entries, rearranged, spread, summed_outputs
from walkthrough.witnesses.vectorised.box import Box, Numbers, scaled
from walkthrough.witnesses.vectorised.decimals import exponential, ratio
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def shares(z: Numbers, digits: int) -> Numbers:
    """e^z as shares of their sum, in samples × outputs.

    The largest is what the others leave, so that 1 − p keeps its digits.
    """
    below = rearranged(z, lambda array: array - array.max(axis=1, keepdims=True))
    if isinstance(below, Box) and not below.numerators.any():
        ones = Box(np.full(below.shape, 1, dtype=object))  # equal inputs share equally, exactly
        return scaled(ones, Fraction(1, below.shape[1]))
    powers = exponential(below, digits)
    parts = ratio(powers, spread(summed_outputs(powers), powers), digits)
    if not isinstance(parts, Box):
        return parts
    largest = np.arange(below.shape[1]) == np.argmax(entries(z), axis=1)[:, None]
    others = chosen(largest, 0 * parts, parts)
    return chosen(largest, 1 - spread(summed_outputs(others), parts), parts)


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """The shares, whatever the shape."""
    return _shaped(shares(_rows(stage.x), stage.digits), stage.x)


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The Jacobian diag(p) − p·pᵀ times the gradient."""
    p = shares(_rows(stage.x), stage.digits) if stage.y is None else _rows(stage.y)
    g = _rows(gradient)
    return {"x": _shaped(p * (g - spread(summed_outputs(g * p), g)), stage.x)}


def _rows(x: Numbers) -> Numbers:
    return rearranged(x, lambda array: array.reshape(len(array), -1))


def _shaped(rows: Numbers, like: Numbers) -> Numbers:
    shape = like.shape
    return rearranged(rows, lambda array: array.reshape(shape))
