"""Tanh: any number becomes one between −1 and 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from walkthrough.layers import Conventions, Entrywise
from walkthrough.mathematics.notation import Equation, Power, Tensor, tanh


@dataclass(frozen=True)
class Tanh(Entrywise):
    """y = tanh z, entry by entry, for any shape; its derivative is 1 − y²."""

    default_name = "tanh"
    letter = "y"
    rules = MappingProxyType({"input": "tanh-derivative"})

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation, and its derivative from the output itself."""
        at = x.positions()
        y = z[at]
        yield y.equals(tanh(x[at]), derivatives={x[at]: 1 - Power(y, 2)})
