"""Multiclass hinge: Σ over the wrong classes of max(0, y − y[right] + margin)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from walkthrough.witnesses.vectorised.arrays import chosen, entries, rearranged, summed
from walkthrough.witnesses.vectorised.box import Box, Numbers
from walkthrough.witnesses.vectorised.stage import Judged


def value(judged: Judged[Numbers]) -> Numbers:
    """One number."""
    short = _short(judged)
    return summed(chosen(entries(short) > 0, short, rearranged(short, np.zeros_like)))


def gradient(judged: Judged[Numbers]) -> Numbers:
    """1 for each wrong class that comes too near, minus their number for the right one."""
    signs = np.sign(entries(_short(judged))).astype(np.int64)
    share = Fraction(judged.options.get("relu_at_zero", 0))
    slopes = [Fraction(1) if sign > 0 else share if sign == 0 else Fraction(0) for sign in signs]
    right = _right(judged)
    slopes[right] = Fraction(0)
    slopes[right] = -sum(slopes, Fraction(0))
    if isinstance(judged.y, Box):
        return Box.of(slopes, judged.y.shape)
    return np.array([float(slope) for slope in slopes])


def _right(judged: Judged[Numbers]) -> int:
    return int(np.argmax(entries(judged.t)))


def _short(judged: Judged[Numbers]) -> Numbers:
    """y − y[right] + margin for the wrong classes, 0 for the right one."""
    right, margin = _right(judged), Fraction(judged.options.get("margin", 1))
    apart = rearranged(judged.y, lambda y: y - y[right])
    if isinstance(apart, Box):
        size = apart.numerators.size
        return apart + Box.of([margin * (n != right) for n in range(size)], apart.shape)
    room = np.where(np.arange(apart.size) != right, float(margin), 0.0)
    return apart + room
