"""Global average pooling: of each channel, the mean goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.layers import Conventions, Layer
from walkthrough.mathematics.notation import Equation, Shape, Tensor, indices, total
from walkthrough.mathematics.windows import DoesNotFit, times


@dataclass(frozen=True)
class GlobalAveragePool2d(Layer):
    """p[c] = 1/n · Σ x[c,u,v] over all n places of a channel; channel × row × column to channel × 1 × 1."""

    default_name = "global_average_pool"
    letter = "p"

    def output_shape(self, shape: Shape) -> Shape:
        """One number for each channel."""
        if len(shape) != 3:
            raise DoesNotFit(f"needs channel × row × column, and what comes in is {times(shape)}")
        return (shape[0], 1, 1)

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation: a sum over the channel, divided by its size."""
        c, u, v = indices("c u v", x.shape)
        share = Fraction(1, u.extent * v.extent)
        yield z[c, 0, 0].equals(share * total(x[c, u, v], over=(u, v)))

    def summary(self, shape: Shape) -> str:
        """`mean of each 4×4`."""
        return f"mean of each {times(shape[1:])}"
