"""The derivative of the hyperbolic tangent."""

from __future__ import annotations

from walkthrough.derivations.derivation import Derivation, Equalities, Equality, Paragraph, PartTitle
from walkthrough.derivations.derivation_notation import Derivative
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.functions_of_one_number import Y, Z, backwards, equation_of, premises
from walkthrough.derivations.rules import DerivedRule, letters_of
from walkthrough.layers.tanh import Tanh
from walkthrough.mathematics.notation import Power, exp, tanh


class TanhDerivative(DerivedRule):
    """tanh′ = 1 − tanh²."""

    title = "The hyperbolic tangent's derivative: tanh′ = 1 − tanh²"
    page_letters = letters_of(Tanh, x="z", z="y", g=False)

    def derive(self, sizes: AskedSizes) -> Derivation:
        """By the quotient rule."""
        equation = equation_of(Tanh())
        ((_, stated),) = equation.derivatives
        above, below = exp(Z) - exp(-Z), exp(Z) + exp(-Z)
        squares = Power(below, 2) - Power(above, 2)
        blocks = (
            Paragraph(("y = tanh z is the output for a number z.",)),
            Equalities(
                Y,
                (
                    Equality(equation.right, ("the hyperbolic tangent",), defines=True),
                    Equality(above / below, ("its definition",), defines=True),
                ),
            ),
            PartTitle("Its derivative"),
            Equalities(
                Derivative(Y, Z),
                (
                    Equality(
                        (below * below - above * above) / Power(below, 2),
                        ("quotient rule; each of the two is the other's derivative",),
                    ),
                    Equality(squares / Power(below, 2), ("as squares",)),
                    Equality(1 - Power(above / below, 2), ("divided term by term",)),
                    Equality(stated, ("the fraction is y",)),
                    Equality(1 - Power(tanh(Z), 2), ("y = tanh z",)),
                ),
            ),
            PartTitle("Backwards"),
            Paragraph(("g = ∂L/∂y comes from the layer after it.",)),
            backwards(stated, equation, ("g times the slope",)),
        )
        return Derivation(self.word, self.title, "", premises(equation), blocks)
