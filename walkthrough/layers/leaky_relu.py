"""Leaky ReLU: what is negative becomes small instead of 0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.layers import Conventions, Entrywise
from walkthrough.mathematics.notation import Equation, Number, Piecewise, Shape, Tensor
from walkthrough.numbers.written import Written, decimal
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

    def in_torch(self, x: str, shape: Shape, own: Mapping[str, str], met: Conventions | None) -> str:
        """PyTorch's word for it."""
        slope = decimal(self.slope.value)
        if met is None:
            return f"F.leaky_relu({x}, {slope})"
        left, right = decimal(1 - met.relu_at_zero), decimal(met.relu_at_zero)
        return f"kink({x}, {right}) - {slope} * kink(-{x}, {left})"
