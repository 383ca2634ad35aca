"""Cross-entropy: −t·ln y."""

from __future__ import annotations

import numpy as np

from walkthrough.witnesses.vectorised.arrays import entries, rearranged, spread, summed_outputs
from walkthrough.witnesses.vectorised.box import Numbers
from walkthrough.witnesses.vectorised.decimals import exponential, logarithm, quotient
from walkthrough.witnesses.vectorised.layers.softmax import shares
from walkthrough.witnesses.vectorised.stage import Judged

COMBINED_AFTER = "softmax"


def value(judged: Judged[Numbers]) -> Numbers:
    """One number for each sample; with logits Σ t·(ln Σ e^z − z), which holds where a share vanishes."""
    t, digits = judged.t, judged.digits
    if judged.logits is None:
        return -summed_outputs(t * logarithm(judged.y, entries(t) != 0, digits))
    below = rearranged(judged.logits, lambda array: array - array.max(axis=1, keepdims=True))
    everything = summed_outputs(exponential(below, digits))
    logarithms = logarithm(everything, np.ones(everything.shape, dtype=bool), digits)
    return summed_outputs(t * (spread(logarithms, below) - below))


def gradient(judged: Judged[Numbers]) -> Numbers:
    """∂L/∂y = −t/y."""
    y = judged.y if judged.logits is None else shares(judged.logits, judged.digits)
    return -quotient(judged.t, y, judged.digits)


def combined(judged: Judged[Numbers]) -> Numbers:
    """∂L/∂z = y·Σt − t, through the softmax before the loss; y − t for a one-hot target."""
    return judged.y * spread(summed_outputs(judged.t), judged.y) - judged.t
