"""Binary cross-entropy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.losses import USUAL, Loss
from walkthrough.mathematics.conventions import Conventions
from walkthrough.mathematics.notation import Equation, Tensor, indices, ln, total
from walkthrough.mathematics.windows import DoesNotFit
from walkthrough.numbers.grid import GivenGrid


@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    """L = −1/n · Σ (t·ln y + (1 − t)·ln(1 − y)) over the n outputs."""

    rule = "binary-cross-entropy-gradient"
    mean = True

    def check_target(self, target: GivenGrid) -> None:
        """From 0 to 1: a share, or a probability."""
        for place, value in enumerate(target.values()):
            if not 0 <= value <= 1:
                raise DoesNotFit(
                    f"found {target.text(place)}; binary cross-entropy takes targets from 0 to 1", "target"
                )

    def shortcut(self, activation: str, outputs: int, target: GivenGrid | None) -> str:
        """After a sigmoid: (y − t)/n."""
        if activation != "sigmoid":
            return ""
        return "y − t" if outputs == 1 else f"(y − t)/{outputs}"

    def equations(
        self, y: Tensor, t: Tensor, loss: Tensor, conventions: Conventions = USUAL
    ) -> Iterator[Equation]:
        """∂L/∂y = 1/n · ((1 − t)/(1 − y) − t/y)."""
        (n,) = indices("n", (y.size,))
        output, target = y.in_reading_order(n), t.in_reading_order(n)
        surprise = total(target * ln(output) + (1 - target) * ln(1 - output), over=(n,))
        slope = (1 - target) / (1 - output) - target / output
        if y.size > 1:
            share = Fraction(1, y.size)
            yield loss[()].equals(-(share * surprise), derivatives={output: share * slope})
        else:
            yield loss[()].equals(-surprise, derivatives={output: slope})
