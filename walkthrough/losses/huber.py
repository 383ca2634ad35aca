"""The Huber loss: squared for small errors, absolute for large ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.losses import USUAL, Loss
from walkthrough.mathematics.conventions import Conventions
from walkthrough.mathematics.notation import (
    Equation,
    Number,
    Piecewise,
    Power,
    Shape,
    Tensor,
    expression,
    indices,
    magnitude,
    total,
)
from walkthrough.mathematics.windows import DoesNotFit
from walkthrough.numbers.written import Written
from walkthrough.words.options import option


@dataclass(frozen=True)
class Huber(Loss):
    """L = Σ ½·(t − y)² where |t − y| ≤ δ, otherwise δ·(|t − y| − ½·δ).

    ∂L/∂y = y − t where |y − t| ≤ δ, otherwise δ or −δ: where the pieces meet they have one slope.
    """

    delta: Written = option("number", default=Written("1", Fraction(1)))

    def check(self, shape: Shape) -> None:
        """δ is positive."""
        if self.delta.value <= 0:
            raise DoesNotFit(f"found {self.delta.shown}; expected a positive delta", "delta")

    def equations(
        self, y: Tensor, t: Tensor, loss: Tensor, conventions: Conventions = USUAL
    ) -> Iterator[Equation]:
        """One term for each output."""
        (n,) = indices("n", (y.size,))
        output, target = y.in_reading_order(n), t.in_reading_order(n)
        delta = self.delta.value
        size = magnitude(target - output)
        far = size - delta
        linear = size - delta / 2
        squared = Number(Fraction(1, 2)) * Power(target - output, 2)
        sign = Piecewise(output - target, expression(delta), expression(-delta))
        yield loss[()].equals(
            total(Piecewise(far, linear if delta == 1 else delta * linear, squared), over=(n,)),
            derivatives={output: Piecewise(far, sign, output - target)},
        )
