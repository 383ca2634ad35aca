"""The derivative of the sigmoid."""

from __future__ import annotations

from walkthrough.derivations.derivation import Derivation, Equalities, Equality, Paragraph, PartTitle
from walkthrough.derivations.derivation_notation import Derivative
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.functions_of_one_number import Y, Z, backwards, equation_of, premises
from walkthrough.derivations.rules import DerivedRule, letters_of
from walkthrough.layers.sigmoid import Sigmoid
from walkthrough.mathematics.notation import Applied, Power, exp


class SigmoidDerivative(DerivedRule):
    """σ′ = σ(1 − σ): the slope is known as soon as the value is."""

    title = "The sigmoid's derivative: σ′ = σ(1 − σ)"
    page_letters = letters_of(Sigmoid, x="z", z="y", g=False)

    def derive(self, sizes: AskedSizes) -> Derivation:
        """By the quotient rule."""
        equation = equation_of(Sigmoid())
        ((_, stated),) = equation.derivatives
        below, sigma = 1 + exp(-Z), Applied("sigmoid", Z)
        value = 1 / below
        blocks = (
            Paragraph(("y = σ(z) is the sigmoid's output for a number z.",)),
            Equalities(
                Y,
                (
                    Equality(sigma, ("the sigmoid",), defines=True),
                    Equality(equation.right, ("its definition",), defines=True),
                ),
            ),
            PartTitle("Its derivative"),
            Equalities(
                Derivative(Y, Z),
                (
                    Equality(
                        (0 * below - 1 * -exp(-Z)) / Power(below, 2), ("quotient rule; (e^(−z))′ = −e^(−z)",)
                    ),
                    Equality(
                        exp(-Z) / Power(below, 2), ("what is multiplied by 0 is gone; minus times minus",)
                    ),
                    Equality(value * (exp(-Z) / below), ("as a product of two fractions",)),
                    Equality(value * (1 - value), ("e^(−z) = (1 + e^(−z)) − 1",)),
                    Equality(stated, ("the first fraction is y",)),
                    Equality(sigma * (1 - sigma), ("y = σ(z)",)),
                ),
            ),
            PartTitle("Backwards"),
            Paragraph(("g = ∂L/∂y comes from the layer after it.",)),
            backwards(stated, equation, ("g times the slope",)),
        )
        return Derivation(self.word, self.title, "", premises(equation), blocks)
