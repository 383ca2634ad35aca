"""Squared error: scale·‖t − y‖², with the gradient 2·scale·(y − t)."""

from __future__ import annotations

from fractions import Fraction

from walkthrough.witnesses.vectorised.arrays import summed_outputs
from walkthrough.witnesses.vectorised.box import Numbers, scaled
from walkthrough.witnesses.vectorised.stage import Judged


def value(judged: Judged[Numbers]) -> Numbers:
    """One number for each sample."""
    apart = judged.t - judged.y
    return scaled(summed_outputs(apart * apart), _scale(judged))


def gradient(judged: Judged[Numbers]) -> Numbers:
    """∂L/∂y, shaped like the output."""
    return scaled(judged.y - judged.t, 2 * _scale(judged))


def _scale(judged: Judged[Numbers]) -> Fraction:
    return Fraction(judged.options.get("scale", Fraction(1, 2)))
