"""RMSprop: each entry's step is measured by how large its gradients have been."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.mathematics.notation import Equation, Power, sqrt
from walkthrough.numbers.written import Written
from walkthrough.updates import Parameter, UpdateRule, constant, refuse_unless, rest
from walkthrough.words.options import option


@dataclass(frozen=True)
class RootMeanSquare(UpdateRule):
    """s ← ρ·s + (1 − ρ)·(∂L/∂w)², w ← w − α·∂L/∂w/(√s + ε), as PyTorch has it; ρ is `alpha`.

    With a momentum μ it moves along v ← μ·v + ∂L/∂w/(√s + ε). `weight_decay` λ adds λ·w to the gradient.
    Source: Tieleman and Hinton, Neural Networks for Machine Learning, lecture 6.5.
    """

    usual_rate = "0.01"

    alpha: Written = option("number", default=Written("0.99", Fraction(99, 100)))
    epsilon: Written = option("number", default=Written("1e-8", Fraction(1, 10**8)))
    momentum: Written = option("number", default=Written("0", Fraction(0)))
    weight_decay: Written = option("number", default=Written("0", Fraction(0)))

    def check(self) -> None:
        """ρ is a share; nothing is negative, and ε not 0, which may stand alone below a fraction line."""
        refuse_unless(0 <= self.alpha.value < 1, "alpha", self.alpha, "a number from 0, below 1")
        refuse_unless(self.epsilon.value > 0, "epsilon", self.epsilon, "a number above 0")
        refuse_unless(self.momentum.value >= 0, "momentum", self.momentum, "a number from 0")
        refuse_unless(self.weight_decay.value >= 0, "weight_decay", self.weight_decay, "a number from 0")

    def equations(self, of: Parameter) -> Iterator[Equation]:
        """The mean of the squares, the velocity if there is momentum, and the update."""
        decay, share, left = (
            constant("λ", self.weight_decay),
            constant("ρ", self.alpha),
            rest("ρ", self.alpha),
        )
        gradient = of.gradient + decay * of.value if decay.value else of.gradient
        squares = of.beside("square_average", "s")
        yield squares.equals(share * of.before("square_average", "s") + left * Power(gradient, 2))
        along = gradient / (sqrt(squares) + constant("ε", self.epsilon))
        momentum = constant("μ", self.momentum)
        if not momentum.value:
            yield of.moved(along)
            return
        velocity = of.beside("velocity", "v")
        yield velocity.equals(momentum * of.before("velocity", "v") + along)
        yield of.moved(velocity)
