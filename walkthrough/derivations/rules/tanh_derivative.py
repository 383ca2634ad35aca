"""The derivative of the hyperbolic tangent."""

from __future__ import annotations

from walkthrough.derivations.derivation import Chain, Derivation, Heading, Prose, Step
from walkthrough.derivations.expressions import Derivative
from walkthrough.derivations.pieces.functions_of_one import Y, Z, backwards, equation_of, premises
from walkthrough.derivations.pieces.sizes import Sizes
from walkthrough.derivations.rules import Rule
from walkthrough.layers.tanh import Tanh
from walkthrough.mathematics.notation import Power, exp, tanh


class TanhDerivative(Rule):
    """tanh′ = 1 − tanh²."""

    title = "The hyperbolic tangent's derivative: tanh′ = 1 − tanh²"

    def derive(self, sizes: Sizes) -> Derivation:
        """By the quotient rule."""
        equation = equation_of(Tanh())
        ((_, stated),) = equation.derivatives
        above, below = exp(Z) - exp(-Z), exp(Z) + exp(-Z)
        squares = Power(below, 2) - Power(above, 2)
        blocks = (
            Prose(("y = tanh z is the output for a number z.",)),
            Chain(
                Y,
                (Step(equation.right, ("the hyperbolic tangent",)), Step(above / below, ("its definition",))),
            ),
            Heading("Its derivative"),
            Chain(
                Derivative(Y, Z),
                (
                    Step(
                        (below * below - above * above) / Power(below, 2),
                        ("quotient rule; each of the two is the other's derivative",),
                    ),
                    Step(squares / Power(below, 2), ("as squares",)),
                    Step(1 - Power(above / below, 2), ("divided term by term",)),
                    Step(stated, ("the fraction is y",)),
                    Step(1 - Power(tanh(Z), 2), ("y = tanh z",)),
                ),
            ),
            Heading("Backwards"),
            Prose(("g = ∂L/∂y comes from the layer after it.",)),
            backwards(stated, equation, ("g times the slope",)),
        )
        return Derivation(self.word, self.title, "", premises(equation), blocks)
