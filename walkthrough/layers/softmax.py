"""Softmax: numbers become shares that add up to 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from walkthrough.layers import Conventions, Layer
from walkthrough.mathematics.notation import Equation, Shape, Tensor, exp, indices, same, total
from walkthrough.mathematics.windows import DoesNotFit, times


@dataclass(frozen=True)
class Softmax(Layer):
    """p_m = e^(z_m) / Σ_n e^(z_n), for a flat row of numbers; ∂p_m/∂z_n = p_m·(δ_mn − p_n)."""

    default_name = "softmax"
    letter = "y"
    rules = MappingProxyType({"input": "softmax-jacobian"})

    def output_shape(self, shape: Shape) -> Shape:
        """As it came in; only flat things have shares."""
        if len(shape) != 1:
            raise DoesNotFit(f"needs a flat row of numbers, and what comes in is {times(shape)}")
        return shape

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation, with every output depending on every input."""
        m, n = indices("m n", x.shape * 2)
        yield z[m].equals(
            exp(x[m]) / total(exp(x[n]), over=(n,)),
            derivatives={x[n]: z[m] * (same(m, n) - z[n])},
            # e^(z_m) cancelled, so that no power overflows and equal inputs share exactly
            computed=1 / total(exp(x[n] - x[m]), over=(n,)),
        )
