"""Average pooling: of each window, the mean goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from types import MappingProxyType

from walkthrough.layers import Conventions
from walkthrough.layers._windows import Pool
from walkthrough.mathematics.notation import Equation, Tensor, total


@dataclass(frozen=True)
class AveragePool2d(Pool):
    """p[c,i,j] = 1/n · Σ x[c, s·i+u, s·j+v], n the number of places in a window.

    Channel × row × column. Padding counts as zeros, as in PyTorch.
    """

    rules = MappingProxyType({"input": "average-pool-gradient"})
    what = "mean"

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation: a sum over the window, divided by its size."""
        output, entry, over = self.window(x, z)
        yield output.equals(Fraction(1, prod(self.size)) * total(entry, over))
