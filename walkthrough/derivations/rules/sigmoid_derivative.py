"""The derivative of the sigmoid."""

from __future__ import annotations

from walkthrough.derivations.derivation import Chain, Derivation, Heading, Prose, Step
from walkthrough.derivations.expressions import Derivative
from walkthrough.derivations.pieces.functions_of_one import Y, Z, backwards, equation_of, premises
from walkthrough.derivations.pieces.sizes import Sizes
from walkthrough.derivations.rules import Rule
from walkthrough.layers.sigmoid import Sigmoid
from walkthrough.mathematics.notation import Applied, Power, exp


class SigmoidDerivative(Rule):
    """σ′ = σ(1 − σ): the slope is known as soon as the value is."""

    title = "The sigmoid's derivative: σ′ = σ(1 − σ)"

    def derive(self, sizes: Sizes) -> Derivation:
        """By the quotient rule."""
        equation = equation_of(Sigmoid())
        ((_, stated),) = equation.derivatives
        below, sigma = 1 + exp(-Z), Applied("sigmoid", Z)
        value = 1 / below
        blocks = (
            Prose(("y = σ(z) is the sigmoid's output for a number z.",)),
            Chain(Y, (Step(sigma, ("the sigmoid",)), Step(equation.right, ("its definition",)))),
            Heading("Its derivative"),
            Chain(
                Derivative(Y, Z),
                (
                    Step(
                        (0 * below - 1 * -exp(-Z)) / Power(below, 2), ("quotient rule; (e^(−z))′ = −e^(−z)",)
                    ),
                    Step(exp(-Z) / Power(below, 2), ("what is multiplied by 0 is gone; minus times minus",)),
                    Step(value * (exp(-Z) / below), ("as a product of two fractions",)),
                    Step(value * (1 - value), ("e^(−z) = (1 + e^(−z)) − 1",)),
                    Step(stated, ("the first fraction is y",)),
                    Step(sigma * (1 - sigma), ("y = σ(z)",)),
                ),
            ),
            Heading("Backwards"),
            Prose(("g = ∂L/∂y comes from the layer after it.",)),
            backwards(stated, equation, ("g times the slope",)),
        )
        return Derivation(self.word, self.title, "", premises(equation), blocks)
