"""SiLU (swish): a number times its own sigmoid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from walkthrough.layers import Conventions, Entrywise
from walkthrough.mathematics.notation import Equation, Tensor, exp


@dataclass(frozen=True)
class Silu(Entrywise):
    """a = z·σ(z) = z/(1 + e^(−z)), entry by entry, for any shape.

    Its derivative is a + σ(z)·(1 − a), with σ(z) = 1/(1 + e^(−z)); Ramachandran, Zoph and Le,
    "Searching for Activation Functions" (2017), write it so.
    """

    default_name = "silu"
    letter = "a"

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation, and its derivative from the output itself."""
        at = x.positions()
        a = z[at]
        below = 1 + exp(-x[at])
        yield a.equals(x[at] / below, derivatives={x[at]: a + (1 - a) / below})
