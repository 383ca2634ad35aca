"""What update rules measure a step by: gradients with their decay, and quotients by a root."""

from __future__ import annotations

from fractions import Fraction

from walkthrough.witnesses.vectorised.box import Box, Numbers, scaled
from walkthrough.witnesses.vectorised.decimals import ratio, square_root
from walkthrough.witnesses.vectorised.stage import Moving


def decayed(of: Moving[Numbers]) -> Numbers:
    """g + λ·w."""
    decay: Fraction | None = of.options.get("weight_decay")
    return of.gradient + scaled(of.old, decay) if decay else of.gradient


def measured(above: Numbers, squares: Numbers, epsilon: Fraction, digits: int) -> Numbers:
    """a/(√s + ε)."""
    below = square_root(squares, digits)
    if not isinstance(below, Box):
        return above / (below + float(epsilon))
    tiny = Box.of([epsilon] * below.numerators.size, below.shape)
    return ratio(above, below + tiny, digits)


def averaged(before: Numbers, new: Numbers, share: Fraction) -> Numbers:
    """ρ·a + (1 − ρ)·b."""
    return scaled(before, share) + scaled(new, 1 - share)
