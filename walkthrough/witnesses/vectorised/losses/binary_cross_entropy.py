"""Binary cross-entropy: the mean of −(t·ln y + (1 − t)·ln(1 − y))."""

from __future__ import annotations

from fractions import Fraction

from walkthrough.witnesses.vectorised.arrays import chosen, entries, summed_outputs
from walkthrough.witnesses.vectorised.box import Numbers, scaled
from walkthrough.witnesses.vectorised.decimals import logarithm, quotient
from walkthrough.witnesses.vectorised.layers.sigmoid import lesser_part
from walkthrough.witnesses.vectorised.layers.softplus import softplus
from walkthrough.witnesses.vectorised.stage import Judged

COMBINED_AFTER = "sigmoid"


def value(judged: Judged[Numbers]) -> Numbers:
    """One number for each sample; with logits ln(1 + e^z) − t·z, which holds where y is saturated."""
    t, digits = judged.t, judged.digits
    if judged.logits is not None:
        return _mean(softplus(judged.logits, digits) - t * judged.logits)
    hit = logarithm(judged.y, entries(t) != 0, digits)
    missed = logarithm(1 - judged.y, entries(1 - t) != 0, digits)
    return _mean(-(t * hit + (1 - t) * missed))


def gradient(judged: Judged[Numbers]) -> Numbers:
    """∂L/∂y = 1/n·((1 − t)/(1 − y) − t/y); with logits 1 − y and y are found from them."""
    y, rest = judged.y, 1 - judged.y
    if judged.logits is not None:
        lesser, positive = lesser_part(judged.logits, judged.digits), entries(judged.logits) > 0
        y, rest = chosen(positive, 1 - lesser, lesser), chosen(positive, lesser, 1 - lesser)
    slope = quotient(1 - judged.t, rest, judged.digits) - quotient(judged.t, y, judged.digits)
    return scaled(slope, Fraction(1, y.shape[1]))


def combined(judged: Judged[Numbers]) -> Numbers:
    """∂L/∂z = 1/n·(y − t), through the sigmoid before the loss."""
    return scaled(judged.y - judged.t, Fraction(1, judged.y.shape[1]))


def _mean(terms: Numbers) -> Numbers:
    return scaled(summed_outputs(terms), Fraction(1, terms.shape[1]))
