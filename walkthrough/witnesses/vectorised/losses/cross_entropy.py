"""Cross-entropy: −t·ln y."""

from __future__ import annotations

import numpy as np

from walkthrough.witnesses.vectorised.arrays import entries, rearranged, summed
from walkthrough.witnesses.vectorised.box import Numbers
from walkthrough.witnesses.vectorised.decimals import exponential, logarithm, quotient
from walkthrough.witnesses.vectorised.layers.softmax import shares
from walkthrough.witnesses.vectorised.stage import Judged


def value(judged: Judged[Numbers]) -> Numbers:
    """One number; with logits Σ t·(ln Σ e^z − z), which holds where a share vanishes."""
    t, digits = judged.t, judged.digits
    if judged.logits is None:
        return -summed(t * logarithm(judged.y, entries(t) != 0, digits))
    below = rearranged(judged.logits, lambda array: array - array.max())
    everything = summed(exponential(below, digits))
    return summed(t * (logarithm(everything, np.asarray(True), digits) - below))


def gradient(judged: Judged[Numbers]) -> Numbers:
    """∂L/∂y = −t/y."""
    y = judged.y if judged.logits is None else shares(judged.logits, judged.digits)
    return -quotient(judged.t, y, judged.digits)


def combined(judged: Judged[Numbers]) -> Numbers:
    """∂L/∂z = y·Σt − t, through the softmax before the loss; y − t for a one-hot target."""
    return judged.y * summed(judged.t) - judged.t
