"""ELU: what is negative bends towards −α."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.layers import Conventions, Entrywise
from walkthrough.mathematics.notation import Equation, Piecewise, Shape, Tensor, exp, expression
from walkthrough.numbers.written import Written, decimal
from walkthrough.words.options import option


@dataclass(frozen=True)
class Elu(Entrywise):
    """a = z where z > 0, otherwise α·(e^z − 1), entry by entry, for any shape.

    The derivative is 1, or α·e^z; where z is exactly 0 the convention `relu_at_zero` lies between.
    """

    default_name = "elu"
    letter = "a"

    alpha: Written = option("number", default=Written("1", Fraction(1)))

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation, and its derivative."""
        at, alpha, share = x.positions(), self.alpha.value, conventions.relu_at_zero
        below, slope = exp(x[at]) - 1, exp(x[at])
        yield z[at].equals(
            Piecewise(x[at], x[at], below if alpha == 1 else alpha * below, share),
            derivatives={
                x[at]: Piecewise(x[at], expression(1), slope if alpha == 1 else alpha * slope, share)
            },
        )

    def in_torch(self, x: str, shape: Shape, own: Mapping[str, str], met: Conventions | None) -> str:
        """PyTorch's word for it."""
        alpha = decimal(self.alpha.value)
        if met is None:
            return f"F.elu({x}, {alpha})"
        left, right = decimal(1 - met.relu_at_zero), decimal(met.relu_at_zero)
        return f"kink({x}, {right}) + {alpha} * torch.expm1(-kink(-{x}, {left}))"
