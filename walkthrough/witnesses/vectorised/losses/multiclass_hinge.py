"""Multiclass hinge: Σ over the wrong classes of max(0, y − y[right] + margin)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from walkthrough.witnesses.vectorised.arrays import chosen, entries, rearranged, summed_outputs
from walkthrough.witnesses.vectorised.box import Box, Numbers
from walkthrough.witnesses.vectorised.stage import Judged


def value(judged: Judged[Numbers]) -> Numbers:
    """One number for each sample."""
    short = _short(judged)
    return summed_outputs(chosen(entries(short) > 0, short, rearranged(short, np.zeros_like)))


def gradient(judged: Judged[Numbers]) -> Numbers:
    """1 for each wrong class that comes too near, minus their number for the right one."""
    short = entries(_short(judged))
    share = Fraction(judged.options.get("relu_at_zero", 0))
    # in units of the share's denominator, so that they are whole
    counts = np.where(short > 0, share.denominator, np.where(short == 0, share.numerator, 0))
    counts = np.where(_right(judged), 0, counts)
    counts = np.where(_right(judged), -counts.sum(axis=1, keepdims=True), counts)
    if isinstance(judged.y, Box):
        return Box(counts.astype(object), share.denominator)
    return counts / share.denominator


def _right(judged: Judged[Numbers]) -> NDArray[np.bool_]:
    """Which output is the right class's, in each sample."""
    t = entries(judged.t)
    right: NDArray[np.bool_] = np.arange(t.shape[1]) == np.argmax(t, axis=1)[:, None]
    return right


def _short(judged: Judged[Numbers]) -> Numbers:
    """y − y[right] + margin for the wrong classes, 0 for the right one."""
    right, margin = _right(judged), Fraction(judged.options.get("margin", 1))
    apart = rearranged(judged.y, lambda y: y - np.where(right, y, 0).sum(axis=1, keepdims=True))
    if isinstance(apart, Box):
        return apart + Box(np.where(right, 0, margin.numerator).astype(object), margin.denominator)
    return apart + np.where(right, 0.0, float(margin))
