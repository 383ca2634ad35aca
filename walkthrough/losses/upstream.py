"""No loss: the gradient with respect to the output is given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from walkthrough.losses import USUAL, Loss
from walkthrough.mathematics.conventions import Conventions
from walkthrough.mathematics.notation import Equation, Shape, Tensor
from walkthrough.mathematics.windows import DoesNotFit, times
from walkthrough.numbers.grid import GivenGrid
from walkthrough.words.options import option


@dataclass(frozen=True)
class Upstream(Loss):
    """∂L/∂y as it comes from whatever follows, for notes that explain a single rule."""

    needs_target = False

    gradient: GivenGrid = option("grid")

    def check(self, shape: Shape) -> None:
        """The gradient has the output's shape."""
        if self.gradient.shaped_like(shape) is None:
            raise DoesNotFit(
                f"the gradient is {times(self.gradient.shape)} and the last layer gives {times(shape)}",
                "gradient",
            )

    def equations(
        self, y: Tensor, t: Tensor, loss: Tensor, conventions: Conventions = USUAL
    ) -> Iterator[Equation]:
        """None: there is nothing to compute."""
        return iter(())
