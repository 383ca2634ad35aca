"""Cross-entropy, for shares such as a softmax gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from walkthrough.losses import USUAL, Loss
from walkthrough.mathematics.conventions import Conventions
from walkthrough.mathematics.notation import Equation, Tensor, indices, ln, total
from walkthrough.mathematics.windows import DoesNotFit
from walkthrough.numbers.grid import GivenGrid


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """L = −Σ t·ln y over the outputs."""

    rule = "cross-entropy-gradient"

    def check_target(self, target: GivenGrid) -> None:
        """From 0 to 1: a share, or a probability."""
        for place, value in enumerate(target.values()):
            if not 0 <= value <= 1:
                raise DoesNotFit(
                    f"found {target.text(place)}; cross-entropy takes targets from 0 to 1", "target"
                )

    def shortcut(self, activation: str, outputs: int, target: GivenGrid | None) -> str:
        """After a softmax, if the target's shares add up to 1: y − t."""
        whole = target is not None and sum(target.values()) == 1
        return "y − t" if activation == "softmax" and whole else ""

    def equations(
        self, y: Tensor, t: Tensor, loss: Tensor, conventions: Conventions = USUAL
    ) -> Iterator[Equation]:
        """∂L/∂y = −t/y."""
        (n,) = indices("n", (y.size,))
        output, target = y.in_reading_order(n), t.in_reading_order(n)
        yield loss[()].equals(
            -total(target * ln(output), over=(n,)), derivatives={output: -(target / output)}
        )
