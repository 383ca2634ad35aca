"""Max pooling: of each window, only the largest entry goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from walkthrough.layers import Conventions
from walkthrough.layers._windows import Pool
from walkthrough.mathematics.notation import Equation, Largest, Tensor


@dataclass(frozen=True)
class MaxPool2d(Pool):
    """p[c,i,j] = the largest of x[c, s·i+u, s·j+v]; the gradient goes to that entry alone.

    Channel × row × column. Padding never wins. Among equals the convention `max_tie` decides.
    """

    rules = MappingProxyType({"input": "max-pool-gradient"})
    what = "largest"

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation: the largest of a window."""
        output, entry, over = self.window(x, z)
        yield output.equals(Largest(entry, over, conventions.max_tie))
