"""Huber: Σ u²/2 within δ, δ·|u| − δ²/2 beyond, for u = y − t; the gradient is u, cut off at ±δ."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from walkthrough.witnesses.vectorised.arrays import chosen, entries, rearranged, summed_outputs
from walkthrough.witnesses.vectorised.box import Box, Numbers, scaled
from walkthrough.witnesses.vectorised.stage import Judged


def value(judged: Judged[Numbers]) -> Numbers:
    """One number for each sample: (|u| clipped to δ)·(|u| − half of that)."""
    size = rearranged(judged.y - judged.t, np.abs)
    near = _clipped(size, judged)
    return summed_outputs(near * (size - scaled(near, Fraction(1, 2))))


def gradient(judged: Judged[Numbers]) -> Numbers:
    """∂L/∂y, shaped like the output."""
    apart = judged.y - judged.t
    near = _clipped(rearranged(apart, np.abs), judged)
    return chosen(entries(apart) > 0, near, -near)


def _clipped(size: Numbers, judged: Judged[Numbers]) -> Numbers:
    delta = Fraction(judged.options.get("delta", 1))
    if isinstance(size, Box):
        most = Box.of([delta] * size.numerators.size, size.shape)
        return chosen(entries(size - most) > 0, most, size)
    return np.minimum(size, float(delta))
