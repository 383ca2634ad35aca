"""Squared error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.losses import USUAL, Loss
from walkthrough.mathematics.conventions import Conventions
from walkthrough.mathematics.notation import Equation, Power, Tensor, indices, total
from walkthrough.numbers.written import Written
from walkthrough.words.options import option


@dataclass(frozen=True)
class SquaredError(Loss):
    """L = scale · Σ (t − y)², with a scale of ½ unless the case says otherwise."""

    rule = "squared-error-gradient"

    scale: Written = option("number", default=Written("1/2", Fraction(1, 2)))

    def equations(
        self, y: Tensor, t: Tensor, loss: Tensor, conventions: Conventions = USUAL
    ) -> Iterator[Equation]:
        """∂L/∂y = 2·scale·(y − t)."""
        (n,) = indices("n", (y.size,))
        output, target = y.in_reading_order(n), t.in_reading_order(n)
        scale = self.scale.value
        slope = output - target if scale * 2 == 1 else 2 * scale * (output - target)
        yield loss[()].equals(
            scale * total(Power(target - output, 2), over=(n,)), derivatives={output: slope}
        )
