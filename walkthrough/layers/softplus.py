"""Softplus: a ReLU without a corner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from walkthrough.layers import Conventions, Entrywise
from walkthrough.mathematics.notation import Equation, Tensor, exp, ln, ln1p, magnitude, positive_part


@dataclass(frozen=True)
class Softplus(Entrywise):
    """a = ln(1 + e^z), entry by entry, for any shape; its derivative is the sigmoid 1/(1 + e^(−z))."""

    default_name = "softplus"
    letter = "a"

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation, and its derivative."""
        at = x.positions()
        yield z[at].equals(
            ln(1 + exp(x[at])),
            derivatives={x[at]: 1 / (1 + exp(-x[at]))},
            # the power never exceeds 1, so that it cannot overflow; a small one is not lost beside the 1
            computed=positive_part(x[at]) + ln1p(exp(-magnitude(x[at]))),
        )
