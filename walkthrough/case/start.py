"""Where a calculation starts, if not at a case's own beginning: in the middle of a training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from walkthrough.numbers.grid import GivenGrid

if TYPE_CHECKING:
    from walkthrough.mathematics.notation import Tensor


@dataclass(frozen=True)
class Start:
    """How many updates there were before, and what they have left beside the parameters, by name.

    A name is that of what is read: `conv.kernel.velocity.before`. `opened` says that it is a step of a
    training: the one after it has a batch of its own.
    """

    steps: int = 0
    kept: Mapping[str, GivenGrid] = field(default_factory=dict)
    opened: bool = False

    def kept_or_zero(self, tensor: Tensor) -> GivenGrid:
        """What is kept under a tensor's name: 0 before the first step."""
        return self.kept.get(tensor.name) or GivenGrid(tensor.shape, (0,) * tensor.size)
