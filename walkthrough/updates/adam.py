"""Adam: the mean gradient, measured by the root of its mean square."""

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
class Adam(Moments):
    """w ← w − α·m̂/(√v̂ + ε), as PyTorch has it; `weight_decay` λ adds λ·w to the gradient."""

    weight_decay: Written = option("number", default=Written("0", Fraction(0)))

    def check(self) -> None:
        """The moments' options, and λ from 0."""
        super().check()
        refuse_unless(self.weight_decay.value >= 0, "weight_decay", self.weight_decay, "a number from 0")

    def equations(self, of: Parameter) -> Iterator[Equation]:
        """The moments, corrected, and the update."""
        decay = constant("λ", self.weight_decay)
        yield from self.moments(of, of.gradient + decay * of.value if decay.value else of.gradient)
        yield of.moved(self.along(of))
