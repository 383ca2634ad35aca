"""Gradient descent: plain, with momentum, or Nesterov's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.mathematics.notation import Equation
from walkthrough.mathematics.windows import DoesNotFit
from walkthrough.numbers.written import Written
from walkthrough.updates import Parameter, UpdateRule, constant, refuse_unless
from walkthrough.words.options import option


@dataclass(frozen=True)
class GradientDescent(UpdateRule):
    """w ← w − α·∂L/∂w; with momentum μ along the velocity v ← μ·v + ∂L/∂w, as PyTorch has it.

    `weight_decay` λ adds λ·w to the gradient, `nesterov` moves along ∂L/∂w + μ·v.
    """

    usual_rate = "0.001"

    momentum: Written = option("number", default=Written("0", Fraction(0)))
    nesterov: bool = option("flag", default=False)
    weight_decay: Written = option("number", default=Written("0", Fraction(0)))

    def check(self) -> None:
        """Neither is negative; Nesterov's needs a momentum."""
        refuse_unless(self.momentum.value >= 0, "momentum", self.momentum, "a number from 0")
        refuse_unless(self.weight_decay.value >= 0, "weight_decay", self.weight_decay, "a number from 0")
        if self.nesterov and not self.momentum.value:
            raise DoesNotFit("needs a momentum; expected momentum = 0.9 beside it", "nesterov")

    def equations(self, of: Parameter) -> Iterator[Equation]:
        """The velocity, if there is momentum, and the update."""
        decay, momentum = constant("λ", self.weight_decay), constant("μ", self.momentum)
        gradient = of.gradient + decay * of.value if decay.value else of.gradient
        if not momentum.value:
            yield of.moved(gradient)
            return
        velocity = of.beside("velocity", "v")
        yield velocity.equals(momentum * of.before("velocity", "v") + gradient)
        yield of.moved(gradient + momentum * velocity if self.nesterov else velocity)
