"""Absolute error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.losses import USUAL, Loss
from walkthrough.mathematics.conventions import Conventions
from walkthrough.mathematics.notation import (
    Equation,
    Expression,
    Piecewise,
    Tensor,
    expression,
    indices,
    magnitude,
    total,
)
from walkthrough.numbers.written import Written
from walkthrough.words.options import option


@dataclass(frozen=True)
class AbsoluteError(Loss):
    """L = scale · Σ |t − y|, with a scale of 1 unless the case says otherwise.

    ∂L/∂y is scale where y > t and −scale where y < t; where y is exactly t the convention
    `relu_at_zero` lies between (1/2 gives 0).
    """

    scale: Written = option("number", default=Written("1", Fraction(1)))

    def equations(
        self, y: Tensor, t: Tensor, loss: Tensor, conventions: Conventions = USUAL
    ) -> Iterator[Equation]:
        """One term for each output."""
        (n,) = indices("n", (y.size,))
        output, target = y.in_reading_order(n), t.in_reading_order(n)
        share, scale = conventions.relu_at_zero, self.scale.value
        # t − y grows where y falls, so that the slope on its right is that on the left of y
        apart: Expression = total(magnitude(target - output, 1 - share), over=(n,))
        slope = Piecewise(output - target, expression(scale), expression(-scale), share)
        yield loss[()].equals(apart if scale == 1 else scale * apart, derivatives={output: slope})
