"""The hinge loss, for targets of 1 and −1."""

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
    Tensor,
    indices,
    positive_part,
    total,
)
from walkthrough.mathematics.windows import DoesNotFit
from walkthrough.numbers.grid import GivenGrid
from walkthrough.numbers.written import Written
from walkthrough.words.options import option


@dataclass(frozen=True)
class Hinge(Loss):
    """L = Σ max(0, margin − t·y), each target t being 1 or −1.

    ∂L/∂y is −t where margin − t·y > 0, otherwise 0; at the kink the convention `relu_at_zero` decides.
    """

    marks = (-1, 1)

    margin: Written = option("number", default=Written("1", Fraction(1)))

    def check_target(self, target: GivenGrid) -> None:
        """1 for what belongs, −1 for what does not."""
        for place, value in enumerate(target.values()):
            if abs(value) != 1:
                said = f"found {target.text(place)}; the hinge loss takes targets 1 and −1"
                raise DoesNotFit(said, "target")

    def equations(
        self, y: Tensor, t: Tensor, loss: Tensor, conventions: Conventions = USUAL
    ) -> Iterator[Equation]:
        """One term for each output."""
        (n,) = indices("n", (y.size,))
        output, target = y.in_reading_order(n), t.in_reading_order(n)
        short = Number(self.margin.value) - target * output
        share = conventions.relu_at_zero
        slope = Piecewise(short, -target, Number(Fraction(0)), share)
        yield loss[()].equals(total(positive_part(short, share), over=(n,)), derivatives={output: slope})
