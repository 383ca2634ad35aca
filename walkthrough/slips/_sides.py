"""A piecewise formula where one knows on which side one is."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from walkthrough.mathematics.folding import rebuilt
from walkthrough.mathematics.notation import Expression, Piecewise
from walkthrough.numbers.formulas import Quantity

_HALF = Fraction(1, 2)


def sides_taken(of: Expression, value: Callable[[Expression], Quantity]) -> Expression:
    """The same with the one side of each piecewise formula that counts; at the kink, the likelier one."""
    if isinstance(of, Piecewise):
        sign = value(of.sign)
        above = sign > 0 or (not sign < 0 and of.share >= _HALF)
        return sides_taken(of.above if above else of.below, value)
    return rebuilt(of, lambda part: sides_taken(part, value))
