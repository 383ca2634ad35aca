"""AdamW: Adam, with a weight decay that does not go through the moments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.mathematics.notation import Equation
from walkthrough.numbers.written import Written
from walkthrough.updates import Parameter, constant, refuse_unless
from walkthrough.updates._moments import Moments
from walkthrough.words.options import option


@dataclass(frozen=True)
class DecoupledAdam(Moments):
    """w ← w − α·(m̂/(√v̂ + ε) + λ·w), as PyTorch has it; λ is `weight_decay`.

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, algorithm 2.
    """

    weight_decay: Written = option("number", default=Written("0.01", Fraction(1, 100)))

    def check(self) -> None:
        """The moments' options, and λ from 0."""
        super().check()
        refuse_unless(self.weight_decay.value >= 0, "weight_decay", self.weight_decay, "a number from 0")

    def equations(self, of: Parameter) -> Iterator[Equation]:
        """The moments of the gradient alone, corrected, and the update."""
        decay = constant("λ", self.weight_decay)
        yield from self.moments(of, of.gradient)
        yield of.moved(self.along(of) + decay * of.value if decay.value else self.along(of))
