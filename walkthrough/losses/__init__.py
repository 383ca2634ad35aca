"""The shelf of losses: one file each, named as in case files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from walkthrough.mathematics.conventions import Conventions

if TYPE_CHECKING:
    from walkthrough.mathematics.notation import Equation, Shape, Tensor
    from walkthrough.numbers.grid import GivenGrid


USUAL = Conventions()


class Loss(ABC):
    """How far the output is from the target, as one number."""

    rule: ClassVar[str] = ""
    needs_target: ClassVar[bool] = True
    mean: ClassVar[bool] = False
    """Whether it is the mean of its terms over the outputs, not their sum."""
    marks: ClassVar[tuple[int, int]] = (0, 1)
    """What a target says of a class that the sample is not in, and of its own."""

    def check(self, shape: Shape) -> None:  # noqa: B027  # most losses judge outputs of any shape
        """Raises DoesNotFit if an output of this shape cannot be judged."""

    def check_target(self, target: GivenGrid) -> None:  # noqa: B027  # most losses take any number
        """Raises DoesNotFit if the target is none that this loss can take."""

    def shortcut(self, activation: str, outputs: int, target: GivenGrid | None) -> str:
        """What the gradient before this activation comes down to: `y − t`; empty if nothing simple."""
        return ""

    @abstractmethod
    def equations(
        self, y: Tensor, t: Tensor, loss: Tensor, conventions: Conventions = USUAL
    ) -> Iterator[Equation]:
        """The loss as a function of the output y and the target t, with its derivatives."""
