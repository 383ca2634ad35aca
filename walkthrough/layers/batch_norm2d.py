"""Batch normalisation, with the channels' means and variances given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from walkthrough.layers import Conventions, Layer
from walkthrough.mathematics.notation import Equation, Shape, Tensor, expression, sqrt
from walkthrough.mathematics.windows import DoesNotFit, times
from walkthrough.numbers.grid import GivenGrid
from walkthrough.numbers.written import Written
from walkthrough.words.options import option


@dataclass(frozen=True)
class BatchNorm2d(Layer):
    """z[c,i,j] = γ[c]·(x[c,i,j] − μ[c])/√(σ²[c] + ε) + β[c].

    As it works once it is trained: a mean and a variance for each channel are given, and no gradient
    goes to them. γ and β are learned. Channel × row × column.
    """

    default_name = "batch_norm"
    letter = "z"
    rules = MappingProxyType(dict.fromkeys(("input", "gamma", "beta"), "batch-norm-gradient"))
    letters = MappingProxyType({"gamma": "γ", "beta": "β", "mean": "μ", "variance": "σ²"})

    gamma: GivenGrid = option("grid")
    beta: GivenGrid = option("grid")
    mean: GivenGrid = option("grid")
    variance: GivenGrid = option("grid")
    epsilon: Written = option("number", default=Written("1e-5", Fraction(1, 100_000)))

    def output_shape(self, shape: Shape) -> Shape:
        """As it came in; a number for each channel."""
        if len(shape) != 3:
            raise DoesNotFit(f"needs channel × row × column, and what comes in is {times(shape)}")
        for role, grid in (self._learned | self._given).items():
            if grid.size != shape[0]:
                raise DoesNotFit(
                    f"{role} has {grid.size} number(s); expected one for each of the {shape[0]} channel(s)",
                    role,
                )
        for place, variance in enumerate(self.variance.values() if self.variance.known else ()):
            if variance + self.epsilon.value <= 0:
                raise DoesNotFit(
                    f"found a variance of {self.variance.text(place)} and an epsilon of "
                    f"{self.epsilon.shown}; their sum must be positive, as it stands under a root",
                    "variance",
                )
        return shape

    @property
    def _learned(self) -> dict[str, GivenGrid]:
        return {"gamma": self.gamma, "beta": self.beta}

    @property
    def _given(self) -> dict[str, GivenGrid]:
        return {"mean": self.mean, "variance": self.variance}

    def parameters(self, shape: Shape) -> dict[str, GivenGrid]:
        """Scale and shift, one of each for a channel."""
        return {role: grid.reshaped((shape[0],)) for role, grid in self._learned.items()}

    def constants(self, shape: Shape) -> dict[str, GivenGrid]:
        """Mean and variance of each channel."""
        return {role: grid.reshaped((shape[0],)) for role, grid in self._given.items()}

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation, and its derivatives with respect to input, scale and shift."""
        at = x.positions()
        c = at[0]
        gamma, beta, mean, variance = (parameters[role][c] for role in ("gamma", "beta", "mean", "variance"))
        deviation = sqrt(variance + self.epsilon.value if self.epsilon.value else variance)
        yield z[at].equals(
            gamma * ((x[at] - mean) / deviation) + beta,
            derivatives={
                x[at]: gamma / deviation,
                gamma: (x[at] - mean) / deviation,
                beta: expression(1),
            },
        )

    def summary(self, shape: Shape) -> str:
        """Each channel by itself."""
        return f"each of {shape[0]} channels by itself" if shape[0] > 1 else "entry by entry"
