"""The hinge loss: the sum of what each t·y falls short of the margin; the gradient −t where it does."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from walkthrough.witnesses.vectorised.arrays import chosen, entries, rearranged, summed_outputs
from walkthrough.witnesses.vectorised.box import Box, Numbers, scaled
from walkthrough.witnesses.vectorised.stage import Judged


def value(judged: Judged[Numbers]) -> Numbers:
    """One number for each sample."""
    short = _short(judged)
    return summed_outputs(chosen(entries(short) > 0, short, rearranged(short, np.zeros_like)))


def gradient(judged: Judged[Numbers]) -> Numbers:
    """∂L/∂y, shaped like the output; at the kink the convention's share of −t."""
    short = entries(_short(judged))
    nothing = rearranged(judged.t, np.zeros_like)
    share = Fraction(judged.options.get("relu_at_zero", 0))
    otherwise = chosen(short == 0, scaled(-judged.t, share), nothing)
    return chosen(short > 0, -judged.t, otherwise)


def _short(judged: Judged[Numbers]) -> Numbers:
    margin = Fraction(judged.options.get("margin", 1))
    # written so that it holds for boxes and for floats
    whole = judged.t * judged.y
    if isinstance(whole, Box):
        return Box.of([margin] * whole.numerators.size, whole.shape) - whole
    return float(margin) - whole
