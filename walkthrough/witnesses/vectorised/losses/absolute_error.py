"""Absolute error: scale·‖t − y‖₁, with the gradient scale·sign(y − t)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from walkthrough.witnesses.vectorised.arrays import entries, rearranged, summed_outputs
from walkthrough.witnesses.vectorised.box import Box, Numbers, scaled
from walkthrough.witnesses.vectorised.stage import Judged


def value(judged: Judged[Numbers]) -> Numbers:
    """One number for each sample."""
    return scaled(summed_outputs(rearranged(judged.t - judged.y, np.abs)), _scale(judged))


def gradient(judged: Judged[Numbers]) -> Numbers:
    """∂L/∂y, shaped like the output; where it meets the target, between −scale and scale."""
    signs = np.sign(entries(judged.y - judged.t)).astype(np.int64)
    kink = 2 * Fraction(judged.options.get("relu_at_zero", 0)) - 1
    slopes = [_scale(judged) * (sign or kink) for sign in signs.ravel().tolist()]
    if isinstance(judged.y, Box):
        return Box.of(slopes, judged.y.shape)
    return np.array([float(slope) for slope in slopes]).reshape(signs.shape)


def _scale(judged: Judged[Numbers]) -> Fraction:
    return Fraction(judged.options.get("scale", 1))
