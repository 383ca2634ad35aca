"""What textbooks disagree about."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Conventions:
    """The slope of ReLU (and of every other kink) at 0, and who wins among equal largest entries."""

    relu_at_zero: Fraction = Fraction(0)
    max_tie: str = "first"
