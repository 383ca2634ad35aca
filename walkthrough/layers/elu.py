"""ELU: what is negative bends towards −α."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.layers import Conventions, Entrywise
from walkthrough.mathematics.notation import Equation, Piecewise, Tensor, exp, expression
from walkthrough.numbers.written import Written
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
