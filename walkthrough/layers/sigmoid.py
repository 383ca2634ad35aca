"""Sigmoid: any number becomes one between 0 and 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from walkthrough.layers import Conventions, Entrywise
from walkthrough.mathematics.notation import Equation, Tensor, exp


@dataclass(frozen=True)
class Sigmoid(Entrywise):
    """y = 1/(1 + e^(−z)), entry by entry, for any shape; its derivative is y·(1 − y)."""

    default_name = "sigmoid"
    letter = "y"
    rules = MappingProxyType({"input": "sigmoid-derivative"})

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation, and its derivative from the output itself."""
        at = x.positions()
        y = z[at]
        yield y.equals(1 / (1 + exp(-x[at])), derivatives={x[at]: y * (1 - y)})
