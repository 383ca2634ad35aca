"""Leaky ReLU: what is negative becomes small instead of 0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.layers import Conventions, Entrywise
from walkthrough.mathematics.notation import Equation, Number, Piecewise, Tensor
from walkthrough.numbers.written import Written
from walkthrough.words.options import option


@dataclass(frozen=True)
class LeakyRelu(Entrywise):
    """a = z where z > 0, otherwise slope·z, entry by entry, for any shape.

    The derivative is 1 or the slope; where z is exactly 0 the convention `relu_at_zero` lies between.
    """

    default_name = "leaky_relu"
    letter = "a"

    slope: Written = option("number", default=Written("0.01", Fraction(1, 100)))

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation, entry by entry."""
        at = x.positions()
        below = Number(self.slope.value) * x[at]
        yield z[at].equals(Piecewise(x[at], x[at], below, conventions.relu_at_zero))
