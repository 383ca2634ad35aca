"""Functions applied entry by entry, as a derivation sees them: y = f(z), and g = ∂L/∂y is given."""

from __future__ import annotations

from walkthrough.derivations.derivation import Chain, Premises, Step, Words
from walkthrough.derivations.expressions import Derivative, atom, letter, multiplied
from walkthrough.layers import Conventions, Layer
from walkthrough.mathematics.notation import Equation, Expression, Product

Z, Y, G, LOSS = letter("z"), letter("y"), letter("g"), letter("L")


def equation_of(layer: Layer) -> Equation:
    """The layer's equation for a single number."""
    (equation,) = layer.equations(Z.tensor, Y.tensor, Conventions())
    return equation


def premises(equation: Equation) -> Premises:
    """y is what the layer's equation says."""
    return Premises(definitions={atom(Y): equation.right})


def backwards(slope: Expression, equation: Equation | None, because: Words) -> Chain:
    """∂L/∂z = ∂L/∂y · ∂y/∂z with its values."""
    factors = slope.factors if isinstance(slope, Product) else (slope,)
    return Chain(
        Derivative(LOSS, Z),
        (
            Step(multiplied((Derivative(LOSS, Y), Derivative(Y, Z))), ("chain rule",)),
            Step(multiplied((G, *factors)), because),
        ),
        premises=Premises({atom(Y): equation.right} if equation else {}, {atom(Y): G}, LOSS),
    )
